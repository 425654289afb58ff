import { and, eq, type SQL, sql } from 'drizzle-orm';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { targetFilters } from '../../../database/tables/target-data.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { findDistributionSet } from '../../software/distribution-sets/find.ts';
import { TARGET_FILTER_FIELDS, TARGET_FILTER_ORDER, type TargetFilterOrderField } from './fields.ts';
import { TARGET_FILTER_COLUMNS, type TargetFilter } from './find.ts';

/**
 * Lists target filters, by id unless ordered otherwise; with `among` only those for which this condition holds. Needs
 * READ_TARGET.
 * @throws what `listMatching` throws
 */
export async function listTargetFilters(
  context: Context,
  request: PageRequest<TargetFilterOrderField>,
  among?: SQL,
): Promise<Listing<TargetFilter>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { database } = context;
  return listMatching(
    context,
    request,
    {
      fields: TARGET_FILTER_FIELDS,
      order: TARGET_FILTER_ORDER,
      scope: and(eq(targetFilters.tenantId, tenantId), among),
    },
    sourceOf(database, () => database.select(TARGET_FILTER_COLUMNS).from(targetFilters).$dynamic()),
  );
}

/**
 * Lists the target filters that assign a set by themselves, as `listTargetFilters` does. Needs READ_TARGET and
 * READ_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND besides
 */
export async function listTargetFiltersOfSet(
  context: Context,
  setId: number,
  request: PageRequest<TargetFilterOrderField>,
): Promise<Listing<TargetFilter>> {
  const { id } = await findDistributionSet(context, setId);
  const assigning = and(
    eq(autoAssignments.tenantId, context.caller.tenantId),
    eq(autoAssignments.targetFilterId, targetFilters.id),
    eq(autoAssignments.setId, id),
  );
  return listTargetFilters(
    context,
    request,
    sql`EXISTS (SELECT 1 FROM ${autoAssignments} WHERE ${assigning})`,
  );
}
