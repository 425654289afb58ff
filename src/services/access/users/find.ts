import { users } from '../../../database/tables/users.ts';
import { userNotFound } from '../../../errors.ts';
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
