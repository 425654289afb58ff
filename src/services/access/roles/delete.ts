import { and, arrayContains, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { apiKeys } from '../../../database/tables/api-keys.ts';
import { roles } from '../../../database/tables/roles.ts';
import { users } from '../../../database/tables/users.ts';
import { roleInUse } from '../../../errors.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { requireRole } from '../permissions.ts';
import { lockRole, type NamedRole, roleWithId } from './role.ts';

/**
 * Deletes a role that no account and no API key has; a token that names it no longer gets anything by it. Needs
 * TENANT_ADMIN. Answers with what was deleted.
 * @throws ROLE_NOT_FOUND, ROLE_IN_USE
 */
export async function deleteRole(context: Context, { id }: { id: number }): Promise<NamedRole> {
  const { tenantId } = requireRole(context, 'TENANT_ADMIN');

  return change(context, async (tx, changes) => {
    const role = await lockRole(tx, tenantId, id);
    await requireUnused(tx, tenantId, role.name);
    await tx.delete(roles).where(roleWithId(tenantId, id));
    changes.settings();
    changes.record({ type: 'role.deleted', subjects: [role.name] });
    return role;
  });
}

/** @throws ROLE_IN_USE naming one that has it */
async function requireUnused(tx: Transaction, tenantId: number, role: string): Promise<void> {
  const [user] = await tx
    .select({ name: users.username })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), arrayContains(users.roles, [role])))
    .limit(1);
  if (user) throw roleInUse(role, `user '${user.name}'`);
  const [key] = await tx
    .select({ name: apiKeys.name })
    .from(apiKeys)
    .where(and(eq(apiKeys.tenantId, tenantId), arrayContains(apiKeys.roles, [role])))
    .limit(1);
  if (key) throw roleInUse(role, `API key '${key.name}'`);
}
