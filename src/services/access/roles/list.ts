import { eq } from 'drizzle-orm';
import { roles } from '../../../database/tables/roles.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, orderedBy, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { requireRole } from '../permissions.ts';
import { ROLE_FIELDS, ROLE_ORDER, type RoleOrderField } from './fields.ts';
import { type NamedRole, ROLE_COLUMNS } from './role.ts';

/**
 * Lists the named roles of the caller's tenant, by name unless ordered otherwise. Needs TENANT_ADMIN.
 * @throws what `listMatching` throws
 */
export async function listRoles(
  context: Context,
  request: PageRequest<RoleOrderField> = {},
): Promise<Listing<NamedRole>> {
  const { tenantId } = requireRole(context, 'TENANT_ADMIN');
  const { database } = context;
  return listMatching(
    context,
    orderedBy(request, 'name'),
    { fields: ROLE_FIELDS, order: ROLE_ORDER, scope: eq(roles.tenantId, tenantId) },
    sourceOf(database, () => database.select(ROLE_COLUMNS).from(roles).$dynamic()),
  );
}
