import { and, desc, eq } from 'drizzle-orm';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, type SoftDeleted, sourceOf, wantedDeleted } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { withItsType } from '../../software/distribution-sets/distribution-set.ts';
import {
  ROLLOUT_FIELDS,
  ROLLOUT_GROUP_FIELDS,
  ROLLOUT_GROUP_ORDER,
  ROLLOUT_ORDER,
  type RolloutGroupOrderField,
  type RolloutOrderField,
} from './fields.ts';
import { findRollout } from './find.ts';
import { type RolloutGroup, selectGroups, totalOfGroup } from './group.ts';
import { type Rollout, rolloutJoinsSet, selectRollouts, totalOfRollout } from './rollout.ts';

/** Lists rollouts, by id unless ordered otherwise. Needs READ_ROLLOUT. @throws what `listMatching` throws */
export async function listRollouts(
  context: Context,
  request: PageRequest<RolloutOrderField>,
  mode?: SoftDeleted,
): Promise<Listing<Rollout>> {
  const { tenantId } = requirePermission(context, 'READ_ROLLOUT');
  const { database } = context;
  const deleted = wantedDeleted(mode);
  const total = await totalOfRollout(context);
  const scope = and(
    eq(rollouts.tenantId, tenantId),
    deleted === undefined ? undefined : eq(rollouts.deleted, deleted),
  );
  return listMatching(
    context,
    request,
    { fields: ROLLOUT_FIELDS, order: ROLLOUT_ORDER, scope },
    sourceOf(database, () => selectRollouts(database, tenantId, total)),
  );
}

/**
 * The ids of the newest rollouts that match a filter and are not deleted. Needs READ_ROLLOUT.
 * @throws the filter's errors
 */
export async function newestRollouts(context: Context, filter: string, most: number): Promise<number[]> {
  const { tenantId } = requirePermission(context, 'READ_ROLLOUT');
  const matching = await askedFilter(context, ROLLOUT_FIELDS, filter);
  const rows = await context.database
    .select({ id: rollouts.id })
    .from(rollouts)
    .innerJoin(distributionSets, rolloutJoinsSet)
    .innerJoin(distributionSetTypes, withItsType)
    .where(and(eq(rollouts.tenantId, tenantId), eq(rollouts.deleted, false), matching))
    .orderBy(desc(rollouts.id))
    .limit(most);
  return rows.map(({ id }) => id);
}

/**
 * Lists the groups of a rollout, in the order in which they start unless ordered otherwise. Needs READ_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, and what `listMatching` throws
 */
export async function listRolloutGroups(
  context: Context,
  rolloutId: number,
  request: PageRequest<RolloutGroupOrderField>,
): Promise<Listing<RolloutGroup>> {
  const { id } = await findRollout(context, rolloutId);
  const { database } = context;
  const total = await totalOfGroup(context);
  const scope = and(eq(rolloutGroups.tenantId, context.caller.tenantId), eq(rolloutGroups.rolloutId, id));
  const entity = { fields: ROLLOUT_GROUP_FIELDS, order: ROLLOUT_GROUP_ORDER };
  return listMatching(
    context,
    request,
    { ...entity, scope },
    sourceOf(database, () => selectGroups(database, total)),
  );
}
