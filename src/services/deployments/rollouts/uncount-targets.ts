import { type SQL, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { rolloutGroups, rollouts, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { joinedPolls, joinedTypes } from '../../fleet/targets/target.ts';
import type { Context } from '../../shared/context.ts';

/**
 * Locks the rollouts that count targets which are about to be deleted. Call it before the targets are locked: the job
 * that runs rollouts also locks a rollout before its targets.
 */
export async function lockRolloutsOf(
  tx: Transaction,
  { caller: { tenantId } }: Context,
  isToGo: SQL | undefined,
): Promise<void> {
  await tx.execute(sql`
    SELECT FROM ${rollouts}
    WHERE ${rollouts.tenantId} = ${tenantId} AND ${rollouts.id} IN (
      SELECT ${rolloutTargets.rolloutId}
      FROM ${rolloutTargets} JOIN ${targets} ON ${targets.tenantId} = ${rolloutTargets.tenantId}
        AND ${targets.id} = ${rolloutTargets.targetId}
        LEFT JOIN ${targetPolls} ON ${joinedPolls} LEFT JOIN ${targetTypes} ON ${joinedTypes}
      WHERE ${rolloutTargets.tenantId} = ${tenantId} AND ${isToGo})
    ORDER BY ${rollouts.id} FOR NO KEY UPDATE`);
}

/**
 * Takes locked targets that are about to be deleted out of the totals of their rollouts and groups.
 * @returns the ids of these rollouts
 */
export async function uncountTargets(
  tx: Transaction,
  tenantId: number,
  selected: readonly { id: number }[],
): Promise<number[]> {
  const changed = new Set<number>();
  for (const chunk of chunks(selected)) {
    const gone = (by: SQL) => sql`(
      SELECT ${by} AS id, count(*)::integer AS targets FROM ${rolloutTargets}
      WHERE ${rolloutTargets.tenantId} = ${tenantId}
        AND ${rolloutTargets.targetId} = ANY(${arrayOf(chunk.map(({ id }) => id))}::bigint[])
      GROUP BY 1) AS gone`;
    // The rollouts first: so each is locked before its groups are read.
    const rows = await tx.execute<{ id: string }>(sql`
      UPDATE ${rollouts} SET total_targets = total_targets - gone.targets FROM ${gone(sql`${rolloutTargets.rolloutId}`)}
      WHERE ${rollouts.tenantId} = ${tenantId} AND ${rollouts.id} = gone.id RETURNING ${rollouts.id}`);
    if (!rows.length) continue;
    await tx.execute(sql`
      UPDATE ${rolloutGroups} SET total_targets = total_targets - gone.targets
      FROM ${gone(sql`${rolloutTargets.groupId}`)}
      WHERE ${rolloutGroups.tenantId} = ${tenantId} AND ${rolloutGroups.id} = gone.id`);
    for (const { id } of rows) changed.add(Number(id));
  }
  return [...changed];
}
