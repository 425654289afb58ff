import { and, count, eq, type SQL } from 'drizzle-orm';
import { distributionSets, distributionSetTypes } from '../../database/tables/distribution-sets.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Context } from '../context.ts';
import { type DeletedMode, listMatching, wantedDeleted } from '../matching.ts';
import type { Listing, PageRequest } from '../page.ts';
import { DISTRIBUTION_SET_FIELDS, DISTRIBUTION_SET_ORDER, type DistributionSetOrderField } from './fields.ts';
import { DISTRIBUTION_SET_COLUMNS, type DistributionSet, withItsType } from './set.ts';

/**
 * Lists distribution sets, by id unless ordered otherwise; with `among` only those for which this condition holds. Needs
 * READ_DISTRIBUTION_SET.
 * @throws what `listMatching` throws
 */
export async function listDistributionSets(
  context: Context,
  request: PageRequest<DistributionSetOrderField>,
  mode?: DeletedMode,
  among?: SQL,
): Promise<Listing<DistributionSet>> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const deleted = wantedDeleted(mode);
  const scope = and(
    eq(distributionSets.tenantId, tenantId),
    deleted === undefined ? undefined : eq(distributionSets.deleted, deleted),
    among,
  );
  const { database } = context;
  const entity = { fields: DISTRIBUTION_SET_FIELDS, order: DISTRIBUTION_SET_ORDER };
  return listMatching(context, request, entity, scope, {
    rows: async (where, orderBy, limit, offset) =>
      database
        .select(DISTRIBUTION_SET_COLUMNS)
        .from(distributionSets)
        .innerJoin(distributionSetTypes, withItsType)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
    async count(where) {
      const [row] = await database
        .select({ total: count() })
        .from(distributionSets)
        .innerJoin(distributionSetTypes, withItsType)
        .where(where);
      return row!.total;
    },
  });
}
