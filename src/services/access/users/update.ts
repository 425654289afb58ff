import type { z } from 'zod';
import { users } from '../../../database/tables/users.ts';
import { forbidden, userNotFound } from '../../../errors.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Caller, Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { hashPassword } from '../passwords.ts';
import { requireRole } from '../permissions.ts';
import { lockGrantedRoles } from '../roles/role.ts';
import { endSessionsOf } from '../sessions/end.ts';
import { UserUpdate } from './input.ts';
import {
  lockUser,
  requireAnotherAdministrator,
  requireCallerHas,
  USER_COLUMNS,
  type User,
  userIn,
  userNamed,
} from './user.ts';

export type UpdateUser = z.input<typeof UserUpdate>;

/**
 * Changes an account; undefined keeps a field. The old password stops working at once, and the account's sessions
 * end. Who signs in by a password may change their own; all else needs TENANT_ADMIN. An API key sets no password.
 * @throws USER_NOT_FOUND; FORBIDDEN if the account has, or would have, more than the caller, and for an API key that
 *   sets a password; INVALID_INPUT if the tenant would lose its last administrator.
 */
export async function updateUser(context: Context, input: UpdateUser): Promise<User> {
  const { caller } = context;
  if (!isOwnPassword(caller, input)) requireRole(context, 'TENANT_ADMIN');
  // A password lives longer than the key: who has the key could still sign in after it is revoked.
  if (input.password !== undefined && caller.kind === 'API_KEY') throw forbidden('to sign in by no API key');
  const { username, password, permissions, roles } = parse(UserUpdate, input);
  requireCallerHas(caller, { permissions, roles });
  const passwordHash = password ? await hashPassword(password) : undefined;

  return change(context, async (tx, changes) => {
    const before = await lockUser(tx, caller, username);
    await lockGrantedRoles(tx, caller.tenantId, roles ?? []);
    if (roles) await requireAnotherAdministrator(tx, caller, before, { left: roles, field: 'roles' });
    const [after] = await tx
      .update(users)
      .set({
        passwordHash,
        permissions,
        roles,
        ...modificationStamp(context),
      })
      .where(userNamed(caller.tenantId, username))
      .returning(USER_COLUMNS);
    if (!after) throw userNotFound(username);
    if (passwordHash) await endSessionsOf(tx, caller.tenantId, after.id);
    changes.settings();
    const changed = differences(before, userIn(caller.tenantName)(after), ['permissions', 'roles']);
    changes.record({
      type: 'user.updated',
      subjects: [username],
      changes: { ...changed, ...(passwordHash && { password: {} }) },
    });
    return userIn(caller.tenantName)(after);
  });
}

/** A token's user only has the account's name, and an API key must not get lasting access. Null is refused later. */
const isOwnPassword = (caller: Caller, { username, permissions, roles }: UpdateUser): boolean =>
  caller.kind === 'USER' && username === caller.username && permissions == null && roles == null;
