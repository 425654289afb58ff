import { isAmong } from '../../../database/bulk.ts';
import { tenants } from '../../../database/tables/tenants.ts';
import { requireRole } from '../../access/permissions.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, orderedBy, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { TENANT_COLUMNS, type TenantEntry } from './create.ts';
import { TENANT_FIELDS, TENANT_ORDER, type TenantOrderField } from './fields.ts';

/**
 * Lists all tenants, by name without regard to case unless ordered otherwise. Needs SYSTEM_ADMIN.
 * @throws what `listMatching` throws
 */
export async function listTenants(
  context: Context,
  request: PageRequest<TenantOrderField> = {},
): Promise<Listing<TenantEntry>> {
  requireRole(context, 'SYSTEM_ADMIN');
  const { database } = context;
  return listMatching(
    context,
    orderedBy(request, 'name'),
    { fields: TENANT_FIELDS, order: TENANT_ORDER, scope: undefined },
    sourceOf(database, () => database.select(TENANT_COLUMNS).from(tenants).$dynamic()),
  );
}

/** For each id its tenant, or undefined where there is none. Needs SYSTEM_ADMIN. */
export async function findTenants(
  context: Context,
  ids: readonly number[],
): Promise<(TenantEntry | undefined)[]> {
  requireRole(context, 'SYSTEM_ADMIN');
  const rows = await context.database
    .select(TENANT_COLUMNS)
    .from(tenants)
    .where(isAmong(tenants.tenantId, ids));
  return inOrderOf(ids, rows);
}
