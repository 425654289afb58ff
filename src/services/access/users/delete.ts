import { users } from '../../../database/tables/users.ts';
import { invalid } from '../../../errors.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { requireRole } from '../permissions.ts';
import { UserReference } from './input.ts';
import { lockUser, requireAnotherAdministrator, type User, userNamed } from './user.ts';

/**
 * Deletes an account; it can't sign in any more at once. Needs TENANT_ADMIN. Answers with what was deleted.
 * @throws USER_NOT_FOUND; FORBIDDEN if the account has more than the caller; INVALID_INPUT for the caller's
 *   own account and the tenant's last administrator.
 */
export async function deleteUser(context: Context, input: { username: string }): Promise<User> {
  const caller = requireRole(context, 'TENANT_ADMIN');
  const { username } = parse(UserReference, input);
  if (caller.kind !== 'TOKEN' && username === caller.username)
    throw invalid('username: nobody can delete their own account', ['username']);

  return change(context, async (tx, changes) => {
    const user = await lockUser(tx, caller, username);
    await requireAnotherAdministrator(tx, caller, user, { left: [], field: 'username' });
    await tx.delete(users).where(userNamed(caller.tenantId, username));
    changes.settings();
    changes.record({ type: 'user.deleted', subjects: [username] });
    return user;
  });
}
