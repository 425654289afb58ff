import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { users } from '../../../database/tables/users.ts';
import { userNotFound } from '../../../errors.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { requireRole } from '../permissions.ts';
import { UserReference } from './input.ts';
import { USER_COLUMNS, type User, userIn, userNamed } from './user.ts';

/**
 * Finds an account of the caller's tenant: everyone their own, others with TENANT_ADMIN.
 * @throws USER_NOT_FOUND
 */
export async function findUser(context: Context, input: { username: string }): Promise<User> {
  const { caller, database } = context;
  if (caller.kind === 'TOKEN' || input.username !== caller.username) requireRole(context, 'TENANT_ADMIN');
  const { username } = parse(UserReference, input);
  const [row] = await database.select(USER_COLUMNS).from(users).where(userNamed(caller.tenantId, username));
  if (!row) throw userNotFound(username);
  return userIn(caller.tenantName)(row);
}

/** The caller's own account. @throws USER_NOT_FOUND for a caller of an issuer's token, who needs no account */
export async function findMe(context: Context): Promise<User> {
  const { kind, username } = context.caller;
  if (kind === 'TOKEN') throw userNotFound(username);
  return findUser(context, { username });
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
