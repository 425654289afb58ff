import type { z } from 'zod';
import { roles } from '../../database/tables/roles.ts';
import { requireRole } from '../access/permissions.ts';
import { requireHeld } from '../access/users.ts';
import { added } from '../audit/record.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parse } from '../parse.ts';
import { NewRole } from './input.ts';
import { type NamedRole, ROLE_COLUMNS } from './role.ts';

/**
 * Names a set of permissions that accounts, API keys and tokens may have then. Needs TENANT_ADMIN.
 * @throws ROLE_ALREADY_EXISTS, INVALID_INPUT
 */
export async function createRole(context: Context, input: z.input<typeof NewRole>): Promise<NamedRole> {
  const { tenantId, username } = requireRole(context, 'TENANT_ADMIN');
  const role = parse(NewRole, input);
  requireHeld(context.caller, role);
  const now = context.clock();

  return change(context, async (tx, changes) => {
    const [created] = await tx
      .insert(roles)
      .values({
        tenantId,
        ...role,
        createdAt: now,
        createdBy: username,
        lastModifiedAt: now,
        lastModifiedBy: username,
      })
      .returning(ROLE_COLUMNS);
    // Tokens may name it already.
    changes.settings();
    changes.record({ type: 'role.created', subjects: [role.name], changes: added(role) });
    return created!;
  });
}
