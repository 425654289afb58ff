import type { z } from 'zod';
import { users } from '../../../database/tables/users.ts';
import { forbidden } from '../../../errors.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { isBuiltIn } from '../grants.ts';
import { hashPassword } from '../passwords.ts';
import { requireRole } from '../permissions.ts';
import { lockGrantedRoles } from '../roles/role.ts';
import { endSessionsOf } from '../sessions/end.ts';
import { findMe } from './find.ts';
import { UserUpdate } from './input.ts';
import {
  lockUser,
  requireAnotherAdministrator,
  requireCallerHas,
  USER_COLUMNS,
  type User,
  userIn,
  userWithId,
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
  if (!(await isOwnPassword(context, input))) requireRole(context, 'TENANT_ADMIN');
  // A password lives longer than the key: who has the key could still sign in after it is revoked.
  if (input.password !== undefined && caller.kind === 'API_KEY') throw forbidden('to sign in by no API key');
  const { id, password, permissions, ...granted } = parse(UserUpdate, input);
  requireCallerHas(caller, { permissions, roles: granted.builtInRoles });
  const passwordHash = password ? await hashPassword(password) : undefined;

  return change(context, async (tx, changes) => {
    const before = await lockUser(tx, caller, { id });
    const builtIn = granted.builtInRoles ?? before.roles.filter(isBuiltIn);
    const named = granted.roleIds && (await lockGrantedRoles(tx, caller.tenantId, granted.roleIds)).names;
    const roles = [...builtIn, ...(named ?? before.roles.filter((role) => !isBuiltIn(role)))];
    await requireAnotherAdministrator(tx, caller, before, { left: roles, field: 'builtInRoles' });
    const [after] = await tx
      .update(users)
      .set({
        passwordHash,
        permissions,
        roles,
        ...modificationStamp(context),
      })
      .where(userWithId(caller.tenantId, id))
      .returning(USER_COLUMNS);
    if (passwordHash) await endSessionsOf(tx, caller.tenantId, id);
    changes.settings();
    const changed = differences(before, userIn(caller.tenantName)(after!), ['permissions', 'roles']);
    changes.record({
      type: 'user.updated',
      subjects: [before.username],
      changes: { ...changed, ...(passwordHash && { password: {} }) },
    });
    return userIn(caller.tenantName)(after!);
  });
}

/** A token's user only has the account's name, and an API key must not get lasting access. Null is refused later. */
async function isOwnPassword(context: Context, { id, ...given }: UpdateUser): Promise<boolean> {
  const { kind, roles } = context.caller;
  const more = given.permissions ?? given.builtInRoles ?? given.roleIds;
  if (kind !== 'USER' || more != null || roles.has('TENANT_ADMIN')) return false;
  const own = await findMe(context).catch(() => undefined);
  return own?.id === id;
}
