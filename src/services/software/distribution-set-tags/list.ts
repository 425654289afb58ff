import { eq } from 'drizzle-orm';
import { distributionSetTags } from '../../../database/tables/distribution-sets.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import type { DistributionSet } from '../distribution-sets/distribution-set.ts';
import type { DistributionSetOrderField } from '../distribution-sets/fields.ts';
import { listDistributionSets } from '../distribution-sets/list.ts';
import {
  DISTRIBUTION_SET_TAG_FIELDS,
  DISTRIBUTION_SET_TAG_ORDER,
  type DistributionSetTagOrderField,
} from './fields.ts';
import { DISTRIBUTION_SET_TAG_COLUMNS, type DistributionSetTag, findDistributionSetTag } from './find.ts';
import { setHasTag } from './scope.ts';

/**
 * Lists distribution set tags, by id unless ordered otherwise. Needs READ_DISTRIBUTION_SET.
 * @throws what `listMatching` throws
 */
export async function listDistributionSetTags(
  context: Context,
  request: PageRequest<DistributionSetTagOrderField>,
): Promise<Listing<DistributionSetTag>> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const { database } = context;
  const entity = { fields: DISTRIBUTION_SET_TAG_FIELDS, order: DISTRIBUTION_SET_TAG_ORDER };
  return listMatching(
    context,
    request,
    { ...entity, scope: eq(distributionSetTags.tenantId, tenantId) },
    sourceOf(database, () =>
      database.select(DISTRIBUTION_SET_TAG_COLUMNS).from(distributionSetTags).$dynamic(),
    ),
  );
}

/**
 * Lists the sets that have a tag, as `listDistributionSets` does. Needs READ_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_TAG_NOT_FOUND, and what `listDistributionSets` throws
 */
export async function listTaggedSets(
  context: Context,
  tagId: number,
  request: PageRequest<DistributionSetOrderField>,
): Promise<Listing<DistributionSet>> {
  const { id } = await findDistributionSetTag(context, tagId);
  return listDistributionSets(context, request, undefined, setHasTag(context.caller.tenantId, id));
}
