import { eq } from 'drizzle-orm';
import { plannedEachTime } from '../../../database/prepared.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { listTargets } from '../targets/find.ts';
import type { TargetOrderField } from '../targets/order.ts';
import type { Target } from '../targets/target.ts';
import { TARGET_TAG_FIELDS, TARGET_TAG_ORDER, type TargetTagOrderField } from './fields.ts';
import { findTargetTag, TARGET_TAG_COLUMNS, type TargetTag } from './find.ts';
import { targetHasTag } from './scope.ts';

/**
 * Lists target tags, by id unless ordered otherwise. Needs READ_TARGET.
 * @throws what `listMatching` throws
 */
export async function listTargetTags(
  context: Context,
  request: PageRequest<TargetTagOrderField>,
): Promise<Listing<TargetTag>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { database } = context;
  return listMatching(
    context,
    request,
    { fields: TARGET_TAG_FIELDS, order: TARGET_TAG_ORDER, scope: eq(targetTags.tenantId, tenantId) },
    sourceOf(database, () => database.select(TARGET_TAG_COLUMNS).from(targetTags).$dynamic()),
  );
}

/**
 * Lists the targets that have a tag, as `listTargets` does. Needs READ_TARGET.
 * @throws TARGET_TAG_NOT_FOUND, and what `listTargets` throws
 */
export async function listTaggedTargets(
  context: Context,
  tagId: number,
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> {
  const { id } = await findTargetTag(context, tagId);
  return listTargets(context, request, plannedEachTime(targetHasTag(context.caller.tenantId, id)));
}
