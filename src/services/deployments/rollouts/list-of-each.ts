import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { rolloutGroups, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { listTargetsOfEach } from '../../fleet/targets/list-of-each.ts';
import type { TargetOrderField } from '../../fleet/targets/order.ts';
import type { Target } from '../../fleet/targets/target.ts';
import type { Context } from '../../shared/context.ts';
import { listMatchingOfEach } from '../../shared/matching.ts';
import { byParent, idsOfEach, isOfParent, readTogether } from '../../shared/nested.ts';
import type { Listing, ListPart, PageRequest } from '../../shared/page.ts';
import { ROLLOUT_GROUP_FIELDS, ROLLOUT_GROUP_ORDER, type RolloutGroupOrderField } from './fields.ts';
import { type RolloutGroup, selectGroups, totalOfGroup } from './group.ts';

/**
 * Lists the groups of each of many rollouts, as `listRolloutGroups` does, in as many statements as of one. Needs
 * READ_ROLLOUT.
 */
export async function listGroupsOfEachRollout(
  context: Context,
  rolloutIds: readonly number[],
  request: PageRequest<RolloutGroupOrderField>,
): Promise<Map<number, Listing<RolloutGroup>>> {
  const { tenantId } = requirePermission(context, 'READ_ROLLOUT');
  const { database } = context;
  const scope = eq(rolloutGroups.tenantId, tenantId);
  const total = await totalOfGroup(context);
  const rowsOf = readTogether(async (where: SQL | undefined, { orderBy, limit, offset }: ListPart) => {
    const page = database
      .select({ id: rolloutGroups.id })
      .from(rolloutGroups)
      .where(and(where, isOfParent(rolloutGroups.rolloutId)))
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset);
    const rows = await selectGroups(database, total)
      .where(and(scope, sql`${rolloutGroups.id} IN (${idsOfEach(rolloutIds, page)})`))
      .orderBy(...orderBy);
    return byParent(rows, ({ rolloutId }) => rolloutId);
  }, []);
  const countOf = readTogether(async (where: SQL | undefined) => {
    const rows = await database
      .select({ rolloutId: rolloutGroups.rolloutId, total: count() })
      .from(rolloutGroups)
      .where(and(where, isAmong(rolloutGroups.rolloutId, rolloutIds)))
      .groupBy(rolloutGroups.rolloutId);
    return new Map(rows.map(({ rolloutId, total }) => [rolloutId, total]));
  }, 0);
  const listed = { fields: ROLLOUT_GROUP_FIELDS, order: ROLLOUT_GROUP_ORDER, scope };
  const sources = rolloutIds.map((id) => ({ rows: rowsOf(id), count: countOf(id) }));
  const listings = await listMatchingOfEach(context, request, listed, sources);
  return new Map(rolloutIds.map((id, at) => [id, listings[at]!]));
}

const ofItsTarget = and(
  eq(targets.tenantId, rolloutTargets.tenantId),
  eq(targets.id, rolloutTargets.targetId),
);

/**
 * Lists the targets in each of many groups, as `listTargets` does, in as many statements as of one. Needs READ_ROLLOUT
 * and READ_TARGET.
 * @throws the filter's errors, and those of `list`
 */
export async function listTargetsOfEachGroup(
  context: Context,
  groupIds: readonly number[],
  request: PageRequest<TargetOrderField>,
): Promise<Map<number, Listing<Target>>> {
  const { tenantId } = requirePermission(context, 'READ_ROLLOUT', 'READ_TARGET');
  const scope = eq(rolloutTargets.tenantId, tenantId);
  const { groupId: parentId } = rolloutTargets;
  return listTargetsOfEach(context, groupIds, request, {
    table: rolloutTargets,
    parentId,
    ofItsTarget,
    scope,
  });
}
