import { type SQL, sql } from 'drizzle-orm';
import { actions } from '../../../database/tables/actions.ts';
import { rolloutGroups, rollouts, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { askToCancel, quitActions } from '../actions/cancel.ts';
import { type LockedAction, lockActions } from '../actions/select.ts';
import { finishGroups } from './group.ts';
import { type HasMore, ROWS_A_STEP, type RolloutStep, setRolloutStatus, TARGETS_A_STEP } from './step.ts';

/** A step of a stopping rollout: scheduled actions are deleted, and devices are asked to stop running ones. */
export async function stopGroups(step: RolloutStep): Promise<HasMore> {
  if (await removeScheduled(step)) return true;
  const running = await lockRunning(step, sql`${actions.status} <> 'canceling'`);
  await askToCancel(step.tx, step.context, running);
  noteTargets(step, running);
  if (running.length === TARGETS_A_STEP) return true;
  await finishGroups(step.tx, step.context, step.rollout);
  await setRolloutStatus(step, 'stopped');
  return false;
}

/** A step of a rollout that is being deleted: its running actions end at once. A started one stays, hidden. */
export async function deleteGroups(step: RolloutStep): Promise<HasMore> {
  if (await removeScheduled(step)) return true;
  const running = await lockRunning(step);
  await quitActions(step.tx, step.context, running);
  noteTargets(step, running);
  if (running.length === TARGETS_A_STEP) return true;
  if (await hasActions(step)) {
    await finishGroups(step.tx, step.context, step.rollout);
    await setRolloutStatus(step, 'deleted', { deleted: true });
    return false;
  }
  return removeAll(step);
}

const groupIds = ({ tenantId, id }: RolloutStep['rollout']): SQL => sql`(
  SELECT ${rolloutGroups.id} FROM ${rolloutGroups}
  WHERE ${rolloutGroups.tenantId} = ${tenantId} AND ${rolloutGroups.rolloutId} = ${id})`;

const itsActions = (rollout: RolloutStep['rollout']): SQL =>
  sql`${actions.tenantId} = ${rollout.tenantId} AND ${actions.rolloutGroupId} IN ${groupIds(rollout)}`;

async function removeScheduled({ tx, rollout }: RolloutStep): Promise<HasMore> {
  const removed = await tx.execute(sql`
    DELETE FROM ${actions} WHERE ${actions.tenantId} = ${rollout.tenantId} AND ${actions.id} = ANY(ARRAY(
      SELECT ${actions.id} FROM ${actions} WHERE ${itsActions(rollout)} AND ${actions.status} = 'scheduled'
      LIMIT ${ROWS_A_STEP}))`);
  return removed.count === ROWS_A_STEP;
}

/** So many of the running actions as one step takes. */
function lockRunning({ tx, rollout }: RolloutStep, condition: SQL = sql`TRUE`): Promise<LockedAction[]> {
  const running = sql`${actions.active} AND ${condition}`;
  const some = sql`SELECT ${actions.id} FROM ${actions} WHERE ${itsActions(rollout)} AND ${running} LIMIT ${TARGETS_A_STEP}`;
  return lockActions(tx, rollout.tenantId, sql`${actions.id} = ANY(ARRAY(${some})) AND ${running}`);
}

function noteTargets({ changes, rollout }: RolloutStep, selected: readonly LockedAction[]): void {
  changes.targets(selected.map(({ controllerId }) => controllerId));
  if (selected.length) changes.rollouts([rollout.id]);
}

async function hasActions({ tx, rollout }: RolloutStep): Promise<boolean> {
  const [row] = await tx.execute(sql`SELECT 1 FROM ${actions} WHERE ${itsActions(rollout)} LIMIT 1`);
  return row !== undefined;
}

async function removeAll(step: RolloutStep): Promise<HasMore> {
  const { tx, rollout, changes } = step;
  const removed = await tx.execute(sql`
    DELETE FROM ${rolloutTargets} WHERE ${rolloutTargets.tenantId} = ${rollout.tenantId}
      AND (target_id, rollout_id) IN (
        SELECT ${rolloutTargets.targetId}, ${rolloutTargets.rolloutId} FROM ${rolloutTargets}
        WHERE ${rolloutTargets.tenantId} = ${rollout.tenantId} AND ${rolloutTargets.groupId} IN ${groupIds(rollout)}
        LIMIT ${ROWS_A_STEP})`);
  if (removed.count === ROWS_A_STEP) return true;
  await tx.execute(sql`
    DELETE FROM ${rollouts} WHERE ${rollouts.tenantId} = ${rollout.tenantId} AND ${rollouts.id} = ${rollout.id}`);
  changes.rollouts([rollout.id]);
  changes.record({ type: 'rollout.deleted', subjects: [rollout.name] });
  return false;
}
