import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import { rolloutGroups, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { targetOrder } from '../../fleet/targets/fields.ts';
import { findTargets } from '../../fleet/targets/find.ts';
import { askedTargets } from '../../fleet/targets/matching.ts';
import { joinedPolls, joinedTypes, type Target } from '../../fleet/targets/target.ts';
import type { Context } from '../../shared/context.ts';
import { listMatchingOfEach } from '../../shared/matching.ts';
import { byParent, idsOfEach, isOfParent, readTogether } from '../../shared/nested.ts';
import { type Listing, type ListPart, list, type PageRequest } from '../../shared/page.ts';
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
 * Lists the targets in each of many groups, by controllerId, in as many statements as of one. Needs READ_ROLLOUT and
 * READ_TARGET.
 * @throws the filter's errors, and those of `list`
 */
export async function listTargetsOfEachGroup(
  context: Context,
  groupIds: readonly number[],
  request: PageRequest<'controllerId'>,
): Promise<Map<number, Listing<Target>>> {
  const { tenantId } = requirePermission(context, 'READ_ROLLOUT', 'READ_TARGET');
  const { database } = context;
  const { groupId } = rolloutTargets;
  const scope = and(
    eq(rolloutTargets.tenantId, tenantId),
    isAmong(groupId, groupIds),
    await scopeCondition(context, 'READ_TARGET'),
    await askedTargets(database, context, request.filter),
  );
  const order = targetOrder(await context.tenants.byId(tenantId), context.clock());
  const rowsOf = readTogether(async (where: SQL | undefined, { orderBy, limit, offset }: ListPart) => {
    const page = database
      .select({ controllerId: targets.controllerId })
      .from(rolloutTargets)
      .innerJoin(targets, ofItsTarget)
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes)
      .where(and(scope, where, isOfParent(groupId)))
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset);
    const keys = await database.execute<{ group_id: string; controller_id: string }>(sql`
        SELECT parent.id AS group_id, ${targets.controllerId}
        FROM unnest(${arrayOf(groupIds)}::bigint[]) AS parent(id) CROSS JOIN LATERAL ${page} AS ${targets}
        ORDER BY ${sql.join(orderBy, sql`, `)}`);
    const found = await findTargets(
      context,
      keys.map((key) => key.controller_id),
    );
    const named = new Map(found.map((target) => [target.controllerId, target]));
    const pages = byParent(keys, (key) => Number(key.group_id));
    return new Map(
      [...pages].map(([id, its]) => [id, its.flatMap((key) => named.get(key.controller_id) ?? [])]),
    );
  }, []);
  const countOf = readTogether(async () => {
    const rows = await database
      .select({ groupId, total: count() })
      .from(rolloutTargets)
      .innerJoin(targets, ofItsTarget)
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes)
      .where(scope)
      .groupBy(groupId);
    return new Map(rows.map((row) => [row.groupId, row.total]));
  }, 0);
  return new Map(
    groupIds.map((id) => [
      id,
      list(request, order, 'controllerId', { rows: rowsOf(id), count: countOf(id) }),
    ]),
  );
}
