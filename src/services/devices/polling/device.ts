import type { Tenant } from '../../platform/tenants/registry.ts';
import type { KindOfUse } from '../sign-in/credential-use.ts';
import type { DerivedToken, OwnTokens } from '../sign-in/credentials.ts';
import type { NextStep } from './next-step.ts';
import type { CachedRead } from './read-cache.ts';

/** What a poll is answered with. */
export interface PollAnswer {
  /** `HH:mm:ss`, the deviation included. */
  sleep: string;
  requestAttributes: boolean;
  /** The action that comes first, if the device has anything to do. */
  next: NextStep | null;
  /** The action that installed what the device has. */
  installedActionId: number | null;
}

/** What a poll is answered from. */
export interface Device extends OwnTokens, PollAnswer, CachedRead, Polled {
  targetId: number;
  /** The enrollment group that registered it. */
  enrollmentGroupId: number | null;
  /** When tokens that are derived for it stop working, in milliseconds, if there is such a moment. */
  derivedUntil: number | undefined;
  /** Which target it is now, where another tenant has taken it over. */
  moved: { tenantId: number; targetId: number } | undefined;
  /** The derived token that it showed last, so that it isn't derived again. */
  derived: DerivedToken | undefined;
  /** What it signed in with last, as far as is known. */
  use: KindOfUse | undefined;
  /** `authority/serial` of the certificates that were issued to it and aren't revoked, if there are any. */
  issuedSerials: readonly string[] | undefined;
  /** Whether its first poll has been written. */
  seen: boolean;
  /** The next moment, in milliseconds, at which time alone changes what it is to do, if there is one. */
  validUntil: number | undefined;
}

/** A device whose polls are noted. */
export interface Polled {
  tenant: Tenant;
  /** Where its newest poll stands among those that aren't written yet. */
  pollPlace: number;
}
