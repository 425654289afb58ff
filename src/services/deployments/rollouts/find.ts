import { and, eq, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { rolloutGroups, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { rolloutGroupNotFound, rolloutNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { listTargets } from '../../fleet/targets/find.ts';
import type { TargetOrderField } from '../../fleet/targets/order.ts';
import type { Target } from '../../fleet/targets/target.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { type RolloutGroup, selectGroups, totalOfGroup } from './group.ts';
import { type Rollout, readRollouts } from './rollout.ts';

/** The rollout of that id, a deleted one too. Needs READ_ROLLOUT. @throws ROLLOUT_NOT_FOUND */
export async function findRollout(context: Context, id: number): Promise<Rollout> {
  const [rollout] = await findRollouts(context, [id]);
  if (!rollout) throw rolloutNotFound(String(id));
  return rollout;
}

/** For each id its rollout, or undefined where there is none. Needs READ_ROLLOUT. */
export async function findRollouts(
  context: Context,
  ids: readonly number[],
): Promise<(Rollout | undefined)[]> {
  requirePermission(context, 'READ_ROLLOUT');
  const byId = await readRollouts(context, context.database, ids);
  return ids.map((id) => byId.get(id));
}

/** A group of a rollout. Needs READ_ROLLOUT. @throws ROLLOUT_NOT_FOUND, ROLLOUT_GROUP_NOT_FOUND */
export async function findRolloutGroup(
  context: Context,
  { rolloutId, id }: { rolloutId: number; id: number },
): Promise<RolloutGroup> {
  const { tenantId } = requirePermission(context, 'READ_ROLLOUT');
  const rollout = await findRollout(context, rolloutId);
  const [group] = await selectGroups(context.database, await totalOfGroup(context)).where(
    and(
      eq(rolloutGroups.tenantId, tenantId),
      eq(rolloutGroups.rolloutId, rollout.id),
      isAmong(rolloutGroups.id, [id]),
    ),
  );
  if (!group) throw rolloutGroupNotFound(String(id));
  return group;
}

/**
 * Lists the targets in a group, as `listTargets` does. Needs READ_ROLLOUT and READ_TARGET.
 * @throws ROLLOUT_NOT_FOUND, ROLLOUT_GROUP_NOT_FOUND besides
 */
export async function listTargetsOfRolloutGroup(
  context: Context,
  group: { rolloutId: number; id: number },
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> {
  const { id } = await findRolloutGroup(context, group);
  const isIn = sql`EXISTS (SELECT 1 FROM ${rolloutTargets}
    WHERE ${rolloutTargets.tenantId} = ${context.caller.tenantId} AND ${rolloutTargets.targetId} = ${targets.id}
      AND ${rolloutTargets.rolloutId} = ${group.rolloutId} AND ${rolloutTargets.groupId} = ${id})`;
  return listTargets(context, request, isIn);
}

/** For each id its rollout group, or undefined where there is none. Needs READ_ROLLOUT. */
export async function findRolloutGroups(
  context: Context,
  ids: readonly number[],
): Promise<(RolloutGroup | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_ROLLOUT');
  const rows = await selectGroups(context.database, await totalOfGroup(context)).where(
    and(eq(rolloutGroups.tenantId, tenantId), isAmong(rolloutGroups.id, ids)),
  );
  return inOrderOf(ids, rows);
}
