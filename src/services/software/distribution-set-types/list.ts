import { and, eq } from 'drizzle-orm';
import { distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, type SoftDeleted, sourceOf, wantedDeleted } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { DISTRIBUTION_SET_TYPE_COLUMNS, type DistributionSetType } from './distribution-set-type.ts';
import {
  DISTRIBUTION_SET_TYPE_FIELDS,
  DISTRIBUTION_SET_TYPE_ORDER,
  type DistributionSetTypeOrderField,
} from './fields.ts';

/**
 * Lists distribution set types, by id unless ordered otherwise. Needs READ_DISTRIBUTION_SET_TYPE.
 * @throws what `listMatching` throws
 */
export async function listDistributionSetTypes(
  context: Context,
  request: PageRequest<DistributionSetTypeOrderField>,
  mode?: SoftDeleted,
): Promise<Listing<DistributionSetType>> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET_TYPE');
  const deleted = wantedDeleted(mode);
  const scope = and(
    eq(distributionSetTypes.tenantId, tenantId),
    deleted === undefined ? undefined : eq(distributionSetTypes.deleted, deleted),
    await scopeCondition(context, 'READ_DISTRIBUTION_SET_TYPE'),
  );
  const { database } = context;
  const entity = { fields: DISTRIBUTION_SET_TYPE_FIELDS, order: DISTRIBUTION_SET_TYPE_ORDER };
  return listMatching(
    context,
    request,
    { ...entity, scope },
    sourceOf(database, () =>
      database.select(DISTRIBUTION_SET_TYPE_COLUMNS).from(distributionSetTypes).$dynamic(),
    ),
  );
}
