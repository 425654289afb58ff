import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import { targetDeployments } from '../../../database/tables/actions.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { type TargetOrderField, targetOrder } from '../../fleet/targets/fields.ts';
import { findTargets, listTargets } from '../../fleet/targets/find.ts';
import { askedTargets } from '../../fleet/targets/matching.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import { joinedPolls, joinedTypes, type Target } from '../../fleet/targets/target.ts';
import type { Context } from '../../shared/context.ts';
import { byParent, isOfParent, readTogether } from '../../shared/nested.ts';
import { type Listing, type ListPart, list, type PageRequest } from '../../shared/page.ts';
import { findDistributionSet } from '../../software/distribution-sets/find.ts';
import { setsAs } from '../../software/distribution-sets/set.ts';

/** Which set a target is to have, and which it has, by id. */
export interface TargetDeployment {
  assignedSetId: number | null;
  installedSetId: number | null;
}

/** The deployments of many targets, in the order of the target ids. Needs READ_TARGET. */
export async function findDeployments(
  context: Context,
  targetIds: readonly number[],
): Promise<TargetDeployment[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { targetId, assignedSetId, installedSetId } = targetDeployments;
  const rows = await context.database
    .select({ targetId, assignedSetId, installedSetId })
    .from(targetDeployments)
    .where(
      and(
        eq(targetDeployments.tenantId, tenantId),
        isAmong(targetId, targetIds),
        await targetInScope(context, 'READ_TARGET', targetId),
      ),
    );
  const found = new Map(rows.map(({ targetId, ...deployment }) => [targetId, deployment]));
  return targetIds.map((id) => found.get(id) ?? { assignedSetId: null, installedSetId: null });
}

/** In what way a target has to do with a set. */
export type SetRelation = 'assigned' | 'installed';

const isRelatedToSet = (how: SetRelation, setId: number): SQL => sql`EXISTS (
  SELECT 1 FROM ${targetDeployments}
  WHERE ${targetDeployments.tenantId} = ${targets.tenantId} AND ${targetDeployments.targetId} = ${targets.id}
    AND ${how === 'assigned' ? targetDeployments.assignedSetId : targetDeployments.installedSetId} = ${setId})`;

/**
 * Lists the targets that are to have a set, or that have it, as `listTargets` does. Needs READ_TARGET and
 * READ_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND besides
 */
export async function listTargetsOfSet(
  context: Context,
  setId: number,
  how: SetRelation,
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> {
  const { id } = await findDistributionSet(context, setId);
  return listTargets(context, request, isRelatedToSet(how, id));
}

const { assignedSetId, installedSetId } = targetDeployments;
const ofItsTarget = and(
  eq(targets.tenantId, targetDeployments.tenantId),
  eq(targets.id, targetDeployments.targetId),
);

/**
 * Lists the targets that are to have each of many sets, or that have it, by controllerId, in as many statements as of one
 * set. Needs READ_TARGET and READ_DISTRIBUTION_SET.
 * @throws the filter's errors, and those of `list`
 */
export async function listTargetsOfEachSet(
  context: Context,
  how: SetRelation,
  setIds: readonly number[],
  request: PageRequest<'controllerId'>,
): Promise<Map<number, Listing<Target>>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET', 'READ_DISTRIBUTION_SET');
  const { database } = context;
  const setId = how === 'assigned' ? assignedSetId : installedSetId;
  const scope = and(
    eq(targetDeployments.tenantId, tenantId),
    isAmong(setId, setIds),
    await rowInScope(context, setsAs('READ_DISTRIBUTION_SET'), setId),
    await scopeCondition(context, 'READ_TARGET'),
    await askedTargets(database, context, request.filter),
  );

  const order = targetOrder(await context.tenants.byId(tenantId), context.clock());
  const rowsOf = readTogether(async (where: SQL | undefined, { orderBy, limit, offset }: ListPart) => {
    const page = database
      .select({ controllerId: targets.controllerId })
      .from(targetDeployments)
      .innerJoin(targets, ofItsTarget)
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes)
      .where(and(scope, where, isOfParent(setId)))
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset);
    const keys = await database.execute<{ set_id: string; controller_id: string }>(sql`
        SELECT parent.id AS set_id, ${targets.controllerId}
        FROM unnest(${arrayOf(setIds)}::bigint[]) AS parent(id) CROSS JOIN LATERAL ${page} AS ${targets}
        ORDER BY ${sql.join(orderBy, sql`, `)}`);
    const found = await findTargets(
      context,
      keys.map((key) => key.controller_id),
    );
    const named = new Map(found.map((target) => [target.controllerId, target]));
    const pages = byParent(keys, (key) => Number(key.set_id));
    return new Map(
      [...pages].map(([id, its]) => [id, its.flatMap((key) => named.get(key.controller_id) ?? [])]),
    );
  }, []);
  const countOf = readTogether(async () => {
    const rows = await database
      .select({ setId, total: count() })
      .from(targetDeployments)
      .innerJoin(targets, ofItsTarget)
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes)
      .where(scope)
      .groupBy(setId);
    return new Map(rows.map((row) => [row.setId!, row.total]));
  }, 0);
  return new Map(
    setIds.map((id) => [id, list(request, order, 'controllerId', { rows: rowsOf(id), count: countOf(id) })]),
  );
}
