import type { Actor, Caller } from '../shared/context.ts';

/** A sign-in under way. */
export interface Attempt {
  /** From where it comes. */
  address: string | null;
  /** Whether the same credentials were right before: a guesser has no such credentials. */
  proven: boolean;
  /** To be set as soon as it is known whose data are read: a change of another tenant is no matter then. */
  tenantId?: number;
  /** To be set if there is such a tenant: its audit trail shows a failure. */
  claimed?: Actor;
}

/**
 * One way to sign in: checks a token, or what comes after its name in the `Authorization` header. @throws as
 * Authenticator
 */
export type Scheme = (credentials: string, attempt: Attempt) => Promise<Caller>;
