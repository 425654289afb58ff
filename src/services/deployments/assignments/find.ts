import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { targetDeployments } from '../../../database/tables/actions.ts';
import { targets } from '../../../database/tables/targets.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { listTargets } from '../../fleet/targets/find.ts';
import { listTargetsOfEach } from '../../fleet/targets/list-of-each.ts';
import type { TargetOrderField } from '../../fleet/targets/order.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import type { Target } from '../../fleet/targets/target.ts';
import type { Context } from '../../shared/context.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
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

const isRelatedToSet = (tenantId: number, how: SetRelation, setId: number): SQL => sql`EXISTS (
  SELECT 1 FROM ${targetDeployments}
  WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${targetDeployments.targetId} = ${targets.id}
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
  return listTargets(context, request, isRelatedToSet(context.caller.tenantId, how, id));
}

const { assignedSetId, installedSetId } = targetDeployments;
const ofItsTarget = and(
  eq(targets.tenantId, targetDeployments.tenantId),
  eq(targets.id, targetDeployments.targetId),
);

/**
 * Lists the targets that are to have each of many sets, or that have it, as `listTargets` does, in as many statements as
 * of one set. Needs READ_TARGET and READ_DISTRIBUTION_SET.
 * @throws the filter's errors, and those of `list`
 */
export async function listTargetsOfEachSet(
  context: Context,
  how: SetRelation,
  setIds: readonly number[],
  request: PageRequest<TargetOrderField>,
): Promise<Map<number, Listing<Target>>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET', 'READ_DISTRIBUTION_SET');
  const parentId = how === 'assigned' ? assignedSetId : installedSetId;
  const readable = await rowInScope(context, setsAs('READ_DISTRIBUTION_SET'), parentId);
  const scope = and(eq(targetDeployments.tenantId, tenantId), readable);
  return listTargetsOfEach(context, setIds, request, {
    table: targetDeployments,
    parentId,
    ofItsTarget,
    scope,
  });
}
