import { isUtf8 } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { prepared } from '../../database/prepared.ts';
import { tenants } from '../../database/tables/tenants.ts';
import { users } from '../../database/tables/users.ts';
import { unauthenticated } from '../../errors.ts';
import type { Caller, Platform } from '../context.ts';
import { isStorableText } from '../text.ts';
import { NO_PASSWORD, verifyPassword } from './passwords.ts';
import { effectivePermissions, type Grant, type Role } from './permissions.ts';
import { DEFAULT_TENANT } from './users.ts';

/** @throws UNAUTHENTICATED for whatever isn't a right credential. */
export type Authenticator = (authorization: string | undefined) => Promise<Caller>;

const REMEMBERED_MS = 30_000;
const REMEMBERED_AT_MOST = 10_000;

interface Attempt {
  caller: Promise<Caller>;
  /** Known once the account has been read. */
  tenantId?: number;
  /** Something changed since it began: it must neither be remembered nor answer requests that come now. */
  outdated: boolean;
}

const accountByName = prepared((database) =>
  database
    .select({
      tenantId: tenants.tenantId,
      tenantName: tenants.name,
      username: users.username,
      passwordHash: users.passwordHash,
      permissions: users.permissions,
      roles: users.roles,
    })
    .from(tenants)
    .innerJoin(users, eq(users.tenantId, tenants.tenantId))
    .where(
      and(eq(tenants.nameKey, sql.placeholder('tenant')), eq(users.username, sql.placeholder('username'))),
    )
    .prepare('account_by_name'),
);

/**
 * Opens the sign-in by HTTP Basic: `user` for the tenant DEFAULT, `tenant\user` for another. A right credential is
 * remembered for a while, in keyed-hash form, until anything of its tenant is announced to have changed.
 */
export function openAuthenticator(
  { database, announcements }: Platform,
  { rememberedMs = REMEMBERED_MS } = {},
): Authenticator {
  const key = randomBytes(32);
  const remembered = new LRUCache<string, Caller>({ max: REMEMBERED_AT_MOST, ttl: rememberedMs });
  const underway = new Map<string, Attempt>();

  announcements.subscribe({
    changed({ tenantId, controllerIds }) {
      if (controllerIds) return;
      for (const attempt of underway.values())
        if (attempt.tenantId === undefined || attempt.tenantId === tenantId) attempt.outdated = true;
      for (const [digest, caller] of [...remembered.entries()])
        if (caller.tenantId === tenantId) remembered.delete(digest);
    },
    everything() {
      for (const attempt of underway.values()) attempt.outdated = true;
      remembered.clear();
    },
  });

  const check = async ({ tenant, username, password }: Credentials, attempt: Attempt): Promise<Caller> => {
    const [account] = await accountByName(database).execute({ tenant, username });
    attempt.tenantId = account?.tenantId;
    const right = await verifyPassword(password, account?.passwordHash ?? NO_PASSWORD);
    if (!account || !right) throw unauthenticated();
    return callerOf(account);
  };
  const signIn = (digest: string, credentials: Credentials): Promise<Caller> => {
    const attempt = { outdated: false } as Attempt;
    attempt.caller = check(credentials, attempt)
      .then((caller) => {
        if (!attempt.outdated) remembered.set(digest, caller);
        return caller;
      })
      .finally(() => {
        if (underway.get(digest) === attempt) underway.delete(digest);
      });
    underway.set(digest, attempt);
    return attempt.caller;
  };

  return async (authorization) => {
    if (!authorization) throw unauthenticated();
    const digest = createHmac('sha256', key).update(authorization).digest('base64');
    if (announcements.trustworthy()) {
      const caller = remembered.get(digest);
      if (caller) return caller;
      const same = underway.get(digest);
      if (same && !same.outdated) return same.caller;
    }
    return signIn(digest, credentialsOf(authorization));
  };
}

type Credentials = { tenant: string; username: string; password: string };

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

/** @throws UNAUTHENTICATED */
function credentialsOf(authorization: string): Credentials {
  const bytes = Buffer.from(BASIC.exec(authorization)?.[1] ?? '', 'base64');
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0 || !isUtf8(bytes) || !isStorableText(text)) throw unauthenticated();
  const name = text.slice(0, colon);
  const backslash = name.indexOf('\\');
  return {
    tenant: (backslash < 0 ? DEFAULT_TENANT : name.slice(0, backslash)).toLowerCase(),
    username: name.slice(backslash + 1),
    password: text.slice(colon + 1),
  };
}

function callerOf(account: {
  tenantId: number;
  tenantName: string;
  username: string;
  permissions: string[];
  roles: string[];
}): Caller {
  const { tenantId, tenantName, username } = account;
  const roles = account.roles as Role[];
  return {
    tenantId,
    tenantName,
    username,
    kind: 'USER',
    roles: new Set(roles),
    permissions: effectivePermissions(account.permissions as Grant[], roles),
  };
}
