import { type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { rollouts, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { outOfScope } from '../../../errors.ts';
import { always, type Right } from '../../access/rights.ts';
import { combinedScope } from '../../fleet/targets/combined-scope.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import { matchingTargets } from '../../fleet/targets/matching.ts';
import type { Context } from '../../shared/context.ts';
import { type LockedRollout, lockRollout } from './rollout.ts';

/**
 * The rollout, locked, for a verb that does something to its targets.
 * @throws ROLLOUT_NOT_FOUND; FORBIDDEN what `requireRolloutInScope` says
 */
export async function lockRolloutToHandle(
  tx: Transaction,
  context: Context,
  id: number,
): Promise<LockedRollout> {
  const rollout = await lockRollout(tx, context, id);
  await requireRolloutInScope(tx, context, rollout);
  return rollout;
}

/**
 * Checks that a locked rollout keeps exactly the caller's scope on targets, or that all its targets are in that scope.
 * The second can't be said of a rollout that is still being filled or that takes in targets later.
 * @throws FORBIDDEN
 */
export async function requireRolloutInScope(
  tx: Transaction,
  context: Context,
  rollout: LockedRollout,
): Promise<void> {
  const scope = combinedScope(context);
  if (!scope || scope.text === rollout.creatorScope) return;
  const isOpen = rollout.dynamic || rollout.status === 'creating';
  if (isOpen || (await hasTargetOutOfScope(tx, context, rollout, scope.filter)))
    throw outOfScope(scope.permission, `every target of the rollout '${rollout.name}'`);
}

/** Says which of the rollouts with these ids `requireRolloutInScope` lets the caller handle. */
export const rolloutsInScope: Right = async (context, ids) => {
  const scope = combinedScope(context);
  if (!scope) return always(true);
  const { database, caller } = context;
  const { tenantId } = caller;
  const tenant = await context.tenants.byId(tenantId);
  const within: SQL = await matchingTargets(database, { tenant, now: context.clock() }, scope.filter);
  const found = await database.execute<{ id: string }>(sql`
    SELECT ${rollouts.id} AS id FROM ${rollouts}
    WHERE ${rollouts.tenantId} = ${tenantId} AND ${isAmong(rollouts.id, ids)}
      AND (${rollouts.creatorScope} = ${scope.text} OR (NOT ${rollouts.dynamic} AND ${rollouts.status} <> 'creating'
        AND NOT EXISTS (
          SELECT 1 FROM ${targetsWith([within])}
          JOIN ${rolloutTargets} ON ${rolloutTargets.tenantId} = ${targets.tenantId}
            AND ${rolloutTargets.targetId} = ${targets.id} AND ${rolloutTargets.rolloutId} = ${rollouts.id}
          WHERE ${targets.tenantId} = ${tenantId} AND (${within}) IS NOT TRUE)))`);
  const seen = new Set(found.map(({ id }) => Number(id)));
  return (id) => seen.has(id);
};

async function hasTargetOutOfScope(
  tx: Transaction,
  context: Context,
  { tenantId, id }: LockedRollout,
  filter: Parameters<typeof matchingTargets>[2],
): Promise<boolean> {
  const tenant = await context.tenants.byId(tenantId);
  const within: SQL = await matchingTargets(tx, { tenant, now: context.clock() }, filter);
  const beyond = await tx.execute(sql`
    SELECT 1 FROM ${targetsWith([within])}
    JOIN ${rolloutTargets} ON ${rolloutTargets.tenantId} = ${targets.tenantId}
      AND ${rolloutTargets.targetId} = ${targets.id} AND ${rolloutTargets.rolloutId} = ${id}
    WHERE ${targets.tenantId} = ${tenantId} AND (${within}) IS NOT TRUE LIMIT 1`);
  return beyond.length > 0;
}
