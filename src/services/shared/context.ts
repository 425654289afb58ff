import type { Database } from '../../database/connect.ts';
import type { ArtifactStorage } from '../../storage/open.ts';
import type { KeyUses } from '../access/api-keys/uses.ts';
import type { Grants, Role } from '../access/grants.ts';
import type { Guesses } from '../access/guesses.ts';
import type { Announcements } from '../platform/announcements.ts';
import type { Calls } from '../platform/outgoing/calls.ts';
import type { Exchanges } from '../platform/outgoing/exchanges.ts';
import type { TenantRegistry } from '../platform/tenants/registry.ts';
import type { SystemDefaults } from '../platform/tenants/system-defaults.ts';
import type { Secrets } from './secrets.ts';
import type { Totals } from './totals.ts';

/** A `USER` is an account that signed in itself; API keys act for one, and tokens need none. */
export const ACTOR_KINDS = ['USER', 'API_KEY', 'TOKEN', 'DEVICE', 'SYSTEM'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Who does something to a tenant: what is recorded of them. */
export interface Actor {
  tenantId: number;
  /** The account's name, the device's controllerId, or `system`. */
  username: string;
  kind: ActorKind;
  /** The API key's name, where one acts for the account. */
  apiKey?: string;
}

/** Who calls, and belongs to one tenant. */
export interface Caller extends Actor {
  tenantName: string;
  roles: ReadonlySet<Role>;
  /** What they may do, and to what; its roles' permissions included. */
  permissions: Grants;
  /** Which API key acts for the account, where one does. */
  apiKeyId?: number;
  /** What that account may do itself. */
  account?: Grants;
  /** When the credential expires. */
  until?: Date;
}

export const CHANNELS = ['GRAPHQL', 'MANAGEMENT_API', 'DEVICE_API', 'FILES', 'SERVER'] as const;
/** The channel that a call came through; `SERVER` for what the server does itself. */
export type Channel = (typeof CHANNELS)[number];

export interface Origin {
  channel: Channel;
  /** The client's address; null where there is none. */
  address: string | null;
  /** The id of the request, where there is one. */
  requestId?: string | undefined;
  /** The `traceparent` of its trace, where traces are recorded. */
  traceParent?: string | undefined;
}

/** What every service works with, for every caller. */
export interface Platform {
  database: Database;
  /** For what only reads: a database that has everything that was committed before this call. It may be a replica. */
  reads: () => Promise<Database>;
  clock: () => Date;
  announcements: Announcements;
  tenants: TenantRegistry;
  systemDefaults: SystemDefaults;
  refusals: Refusals;
  keyUses: KeyUses;
  guesses: Guesses;
  storage: ArtifactStorage;
  secrets: Secrets;
  totals: Totals;
  calls: Calls;
  exchanges: Exchanges;
}

/** What a change is made with: who makes it and where from. */
export interface ActorContext extends Platform {
  caller: Actor;
  origin: Origin;
}

/** What a verb is called with. */
export interface Context extends ActorContext {
  caller: Caller;
}

/** The parts are named one by one, since a spread takes a hundred times as long: 2 µs of each request. */
export const contextFor = <C extends Actor>(platform: Platform, caller: C, origin: Origin) => ({
  database: platform.database,
  reads: platform.reads,
  clock: platform.clock,
  announcements: platform.announcements,
  tenants: platform.tenants,
  systemDefaults: platform.systemDefaults,
  refusals: platform.refusals,
  keyUses: platform.keyUses,
  storage: platform.storage,
  secrets: platform.secrets,
  totals: platform.totals,
  guesses: platform.guesses,
  calls: platform.calls,
  exchanges: platform.exchanges,
  caller,
  origin,
});

/** The same for a call that only reads: it may read from a replica. */
export const readingContextFor = async <C extends Actor>(platform: Platform, caller: C, origin: Origin) =>
  readBy(contextFor(platform, caller, origin));

/** What the server does of itself in a tenant. */
export const asServer = (platform: Platform, tenantId: number): ActorContext =>
  contextFor(
    platform,
    { tenantId, username: 'system', kind: 'SYSTEM' },
    { channel: 'SERVER', address: null },
  );

/** Lets what is done with a context from now on read from a replica; transactions stay the database's. */
export async function readBy<C extends Pick<Platform, 'database' | 'reads'>>(context: C): Promise<C> {
  context.database = await context.reads();
  return context;
}

/** What somebody was not allowed to do. */
export interface RefusedAttempt {
  type:
    | 'permission.refused'
    | 'sign-in.failed'
    | 'enrollment-hook.denied'
    | 'enrollment-hook.failed'
    | 'certificate-authority.failed';
  /** The missing permission, or the enrollment group. */
  subject?: string;
  /** What else is known of the first. */
  changes?: Readonly<Record<string, { new: unknown }>>;
}

/** Gathers refusals for the audit trail: nothing of the change's own transaction is left to write them in. */
export interface Refusals {
  note(by: { caller: Actor; origin: Origin }, refusal: RefusedAttempt): void;
  /** Writes what is collected. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
