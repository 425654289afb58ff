import type { z } from 'zod';
import { added } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { hashPassword } from '../passwords.ts';
import { requireRole } from '../permissions.ts';
import { lockGrantedRoles } from '../roles/role.ts';
import { NewUser } from './input.ts';
import { insertUser, requireCallerHas, type User } from './user.ts';

export type CreateUser = z.input<typeof NewUser>;

/**
 * Creates an account in the caller's tenant. Needs TENANT_ADMIN; nobody can grant more than they have.
 * @throws USER_ALREADY_EXISTS, INVALID_INPUT
 */
export async function createUser(context: Context, input: CreateUser): Promise<User> {
  const caller = requireRole(context, 'TENANT_ADMIN');
  const { username, password, permissions, ...granted } = parse(NewUser, input);
  requireCallerHas(caller, { permissions, roles: granted.builtInRoles });
  const passwordHash = await hashPassword(password);

  return change(context, async (tx, changes) => {
    const { names } = await lockGrantedRoles(tx, caller.tenantId, granted.roleIds);
    const user = { username, permissions, roles: [...granted.builtInRoles, ...names] };
    const created = await insertUser(
      tx,
      caller,
      { ...user, passwordHash },
      { by: caller.username, at: context.clock() },
    );
    changes.settings();
    changes.record({ type: 'user.created', subjects: [username], changes: added(user) });
    return created;
  });
}
