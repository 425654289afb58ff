import type { z } from 'zod';
import { roles } from '../../../database/tables/roles.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { requireRole } from '../permissions.ts';
import { requireCallerHas } from '../users/user.ts';
import { RoleUpdate } from './input.ts';
import { lockRole, type NamedRole, ROLE_COLUMNS, roleWithId } from './role.ts';

/**
 * Changes a role: undefined keeps a field, null clears it. Takes effect at once for everyone who has the role. Needs TENANT_ADMIN.
 * @throws ROLE_NOT_FOUND, INVALID_INPUT
 */
export async function updateRole(context: Context, input: z.input<typeof RoleUpdate>): Promise<NamedRole> {
  const { tenantId } = requireRole(context, 'TENANT_ADMIN');
  const { id, description, permissions } = parse(RoleUpdate, input);
  requireCallerHas(context.caller, { permissions });

  return change(context, async (tx, changes) => {
    const before = await lockRole(tx, tenantId, id);
    const [after] = await tx
      .update(roles)
      .set({
        description,
        permissions,
        ...modificationStamp(context),
      })
      .where(roleWithId(tenantId, id))
      .returning(ROLE_COLUMNS);
    changes.settings();
    changes.record({
      type: 'role.updated',
      subjects: [before.name],
      changes: differences(before, after!, ['description', 'permissions']),
    });
    return after!;
  });
}
