import { sql } from 'drizzle-orm';
import { actions } from '../../../database/tables/actions.ts';
import { rolloutGroups } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import { addDynamicGroup, insertRolloutTargets } from './fill.ts';
import { type GroupRow, writeGroup } from './group.ts';
import { eligibleTargets, isInNoGroup } from './matching.ts';
import { MOST_GROUPS } from './plan-groups.ts';
import { writeRollout } from './rollout.ts';
import { scheduleTargets } from './schedule.ts';
import { type HasMore, ROWS_A_STEP, type RolloutStep } from './step.ts';

/**
 * Takes targets that appeared since into the last group of a dynamic rollout, and adds another group when it is full. Not
 * those that a newer rollout has to do with: they would go back to an older set.
 */
export async function addLaterTargets(step: RolloutStep, groups: readonly GroupRow[]): Promise<HasMore> {
  const { tx, context, rollout } = step;
  const group = groups.at(-1)!;
  const wanted = Math.max(group.percentage, 1) - group.totalTargets;
  if (wanted <= 0 || group.status === 'finished') {
    if (groups.length >= MOST_GROUPS) return false;
    await addDynamicGroup(step, groups, 'scheduled');
    return true;
  }
  const added = await addNewcomers(step, group, Math.min(wanted, ROWS_A_STEP));
  if (!added) return false;
  await writeGroup(tx, context, group, { totalTargets: group.totalTargets + added });
  await writeRollout(tx, context, rollout, { totalTargets: rollout.totalTargets + added });
  return true;
}

/** @returns how many it were */
async function addNewcomers(step: RolloutStep, group: GroupRow, most: number): Promise<number> {
  const { tx, context, rollout } = step;
  const { tenantId, id } = rollout;
  const isTakenOver = sql`EXISTS (
    SELECT 1 FROM ${actions} JOIN ${rolloutGroups}
      ON ${rolloutGroups.tenantId} = ${actions.tenantId} AND ${rolloutGroups.id} = ${actions.rolloutGroupId}
    WHERE ${actions.tenantId} = ${tenantId} AND ${actions.targetId} = ${targets.id}
      AND ${rolloutGroups.rolloutId} > ${id})`;
  const condition = sql`${await eligibleTargets(tx, context, rollout, group.filter)}
    AND ${isInNoGroup(rollout)} AND NOT ${isTakenOver}`;
  const chosen = await tx.execute<{ id: string }>(sql`
    SELECT ${targets.id} FROM ${targetsWith([condition])} WHERE ${condition}
    ORDER BY ${targets.id} LIMIT ${most} FOR KEY SHARE OF ${targets}`);
  if (!chosen.length) return 0;
  const ids = chosen.map((row) => Number(row.id));
  await insertRolloutTargets(tx, { tenantId, rolloutId: id, groupId: group.id }, ids);
  await scheduleTargets(step, group, ids);
  return ids.length;
}
