import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { roles } from '../../../database/tables/roles.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { requireRole } from '../permissions.ts';
import { type NamedRole, ROLE_COLUMNS } from './role.ts';

/** For each id its role, or undefined where there is none. Needs TENANT_ADMIN. */
export async function findRoles(
  context: Context,
  ids: readonly number[],
): Promise<(NamedRole | undefined)[]> {
  const { tenantId } = requireRole(context, 'TENANT_ADMIN');
  const rows = await context.database
    .select(ROLE_COLUMNS)
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), isAmong(roles.id, ids)));
  return inOrderOf(ids, rows);
}
