import type { z } from 'zod';
import { roles } from '../../../database/tables/roles.ts';
import { added } from '../../platform/audit/record.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { requireRole } from '../permissions.ts';
import { requireCallerHas } from '../users/user.ts';
import { NewRole } from './input.ts';
import { type NamedRole, ROLE_COLUMNS } from './role.ts';

/**
 * Names a set of permissions that accounts, API keys and tokens may have then. Needs TENANT_ADMIN.
 * @throws ROLE_ALREADY_EXISTS, INVALID_INPUT
 */
export async function createRole(context: Context, input: z.input<typeof NewRole>): Promise<NamedRole> {
  const { tenantId } = requireRole(context, 'TENANT_ADMIN');
  const role = parse(NewRole, input);
  requireCallerHas(context.caller, role);

  return change(context, async (tx, changes) => {
    const [created] = await tx
      .insert(roles)
      .values({
        tenantId,
        ...role,
        ...creationStamp(context),
      })
      .returning(ROLE_COLUMNS);
    // Tokens may name it already.
    changes.settings();
    changes.record({ type: 'role.created', subjects: [role.name], changes: added(role) });
    return created!;
  });
}
