import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { users } from '../../../database/tables/users.ts';
import { userNotFound } from '../../../errors.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { requireRole } from '../permissions.ts';
import { USER_COLUMNS, type User, userIn, userNamed } from './user.ts';

/** The caller's own account. @throws USER_NOT_FOUND for a caller of an issuer's token, who needs no account */
export async function findMe(context: Context): Promise<User> {
  const { kind, username } = context.caller;
  if (kind === 'TOKEN') throw userNotFound(username);
  return findNamesake(context);
}

/** The account with the caller's name, be it not its own. @throws USER_NOT_FOUND */
export async function findNamesake({ caller, database }: Context): Promise<User> {
  const { username, tenantId, tenantName } = caller;
  const [row] = await database.select(USER_COLUMNS).from(users).where(userNamed(tenantId, username));
  if (!row) throw userNotFound(username);
  return userIn(tenantName)(row);
}

/** For each id its account, or undefined where there is none. Needs TENANT_ADMIN; without it there is only one's own. */
export async function findUsers(context: Context, ids: readonly number[]): Promise<(User | undefined)[]> {
  const { caller, database } = context;
  const { tenantId, tenantName, username, kind, roles } = caller;
  const isAdministrator = roles.has('TENANT_ADMIN');
  const rows = await database
    .select(USER_COLUMNS)
    .from(users)
    .where(
      and(
        eq(users.tenantId, tenantId),
        isAmong(users.id, ids),
        isAdministrator ? undefined : eq(users.username, username),
      ),
    );
  if (!rows.length || kind === 'TOKEN') requireRole(context, 'TENANT_ADMIN');
  return inOrderOf(ids, rows.map(userIn(tenantName)));
}
