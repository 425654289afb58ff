import { users } from '../../../database/tables/users.ts';
import { invalid } from '../../../errors.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { requireRole } from '../permissions.ts';
import { lockUser, requireAnotherAdministrator, type User, userWithId } from './user.ts';

/**
 * Deletes an account; it can't sign in any more at once. Needs TENANT_ADMIN. Answers with what was deleted.
 * @throws USER_NOT_FOUND; FORBIDDEN if the account has more than the caller; INVALID_INPUT for the caller's
 *   own account and the tenant's last administrator.
 */
export async function deleteUser(context: Context, { id }: { id: number }): Promise<User> {
  const caller = requireRole(context, 'TENANT_ADMIN');

  return change(context, async (tx, changes) => {
    const user = await lockUser(tx, caller, { id });
    if (caller.kind !== 'TOKEN' && user.username === caller.username)
      throw invalid('id: nobody can delete their own account', ['id']);
    await requireAnotherAdministrator(tx, caller, user, { left: [], field: 'id' });
    await tx.delete(users).where(userWithId(caller.tenantId, id));
    changes.settings();
    changes.record({ type: 'user.deleted', subjects: [user.username] });
    return user;
  });
}
