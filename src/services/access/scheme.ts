import type { Actor, Caller } from '../shared/context.ts';

/** A sign-in under way. */
export interface Attempt {
  /** From where it comes. */
  address: string | null;
  /** Whether the very same credentials were right before: whoever guesses has none such. */
  proven: boolean;
  /** To be set as soon as it is known whose data are read: a change of another tenant is no matter then. */
  tenantId?: number;
  /** To be set where there is such a tenant: its audit trail tells of a failure. */
  claimed?: Actor;
}

/** One way to sign in: checks a token, or what comes after its name in the `Authorization` header. @throws as Authenticator */
export type Scheme = (credentials: string, attempt: Attempt) => Promise<Caller>;
