import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import { targetDeployments } from '../../database/tables/actions.ts';
import { targets } from '../../database/tables/targets.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Context } from '../context.ts';
import { findDistributionSet } from '../distribution-sets/find.ts';
import type { Listing, PageRequest } from '../page.ts';
import type { TargetOrderField } from '../targets/fields.ts';
import { listTargets } from '../targets/find.ts';
import { reachesTargetOf } from '../targets/scope.ts';
import type { Target } from '../targets/target.ts';

/** Which set a target is to have, and which it has, by id. */
export interface Deployment {
  assignedSetId: number | null;
  installedSetId: number | null;
}

/** The deployments of many targets, in the order of the target ids. Needs READ_TARGET. */
export async function findDeployments(context: Context, targetIds: readonly number[]): Promise<Deployment[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { targetId, assignedSetId, installedSetId } = targetDeployments;
  const rows = await context.database
    .select({ targetId, assignedSetId, installedSetId })
    .from(targetDeployments)
    .where(
      and(
        eq(targetDeployments.tenantId, tenantId),
        isAmong(targetId, targetIds),
        await reachesTargetOf(context, 'READ_TARGET', targetId),
      ),
    );
  const found = new Map(rows.map(({ targetId, ...deployment }) => [targetId, deployment]));
  return targetIds.map((id) => found.get(id) ?? { assignedSetId: null, installedSetId: null });
}

/** In what way a target has to do with a set. */
export type Having = 'assigned' | 'installed';

const having = (how: Having, setId: number): SQL => sql`EXISTS (
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
  how: Having,
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> {
  const { id } = await findDistributionSet(context, setId);
  return listTargets(context, request, having(how, id));
}
