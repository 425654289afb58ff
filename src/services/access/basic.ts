import { isUtf8 } from 'node:buffer';
import { and, eq, sql } from 'drizzle-orm';
import { prepared } from '../../database/prepared.ts';
import { tenants } from '../../database/tables/tenants.ts';
import { users } from '../../database/tables/users.ts';
import { unauthenticated } from '../../errors.ts';
import type { Caller, Platform } from '../shared/context.ts';
import { isStorableText } from '../shared/text.ts';
import { accountColumns, callerOf } from './account.ts';
import { networkOf, openAttempts } from './attempts.ts';
import { NO_PASSWORD, verifyPassword } from './passwords.ts';
import type { Attempt, Scheme } from './scheme.ts';
import { DEFAULT_TENANT } from './users/user.ts';

const ofTenant = sql.placeholder('tenantId');
export const accountByName = prepared((database) =>
  database
    .select({ ...accountColumns(ofTenant), passwordHash: users.passwordHash })
    .from(tenants)
    .innerJoin(users, eq(users.tenantId, tenants.tenantId))
    .where(and(eq(tenants.tenantId, ofTenant), eq(users.username, sql.placeholder('username'))))
    .prepare('account_by_name'),
);

/** Signs accounts in by HTTP Basic: `user` for the tenant DEFAULT, `tenant\user` for another. */
export function basicScheme({ database, tenants: registry, announcements }: Platform): Scheme {
  const attempts = openAttempts(announcements);

  const check = async ({ tenant, username, password }: Login, attempt: Attempt): Promise<Caller> => {
    let account: Awaited<ReturnType<ReturnType<typeof accountByName>['execute']>>[number] | undefined;
    const findHash = async () => {
      const tenantId = (await registry.byName(tenant))?.tenantId;
      if (tenantId !== undefined) {
        attempt.claimed = { tenantId, username, kind: 'USER' };
        [account] = await accountByName(database).execute({ tenantId, username });
      }
      attempt.tenantId = account?.tenantId;
      return account?.passwordHash ?? NO_PASSWORD;
    };
    const turn = { name: networkOf(attempt.address), urgent: attempt.proven };
    const right = await verifyPassword(password, findHash, turn);
    if (!account || !right) throw unauthenticated();
    return callerOf(account);
  };
  return async (credentials, attempt) => {
    const login = read(credentials);
    if (attempt.proven) return check(login, attempt);
    const account = `${login.tenant}\\${login.username}`;
    return attempts.attempt({ account, address: attempt.address }, () => check(login, attempt));
  };
}

interface Login {
  tenant: string;
  username: string;
  password: string;
}

/** What the credentials of HTTP Basic (RFC 7617) say; undefined where they are none, or hold what no name can have. */
export function readBasic(credentials: string): { name: string; password: string } | undefined {
  const bytes = Buffer.from(/^[A-Za-z0-9+/]+={0,2}$/.exec(credentials)?.[0] ?? '', 'base64');
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0 || !isUtf8(bytes) || !isStorableText(text)) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** @throws UNAUTHENTICATED */
function read(credentials: string): Login {
  const given = readBasic(credentials);
  if (!given) throw unauthenticated();
  const { name, password } = given;
  const backslash = name.indexOf('\\');
  return {
    tenant: (backslash < 0 ? DEFAULT_TENANT : name.slice(0, backslash)).toLowerCase(),
    username: name.slice(backslash + 1),
    password,
  };
}
