import { type SQL, sql } from 'drizzle-orm';
import { actions } from '../../database/tables/actions.ts';
import { rolloutTargets } from '../../database/tables/rollouts.ts';
import { targets } from '../../database/tables/targets.ts';
import { moveActions, SERVER_MESSAGE } from '../actions/write.ts';
import { type GroupRow, groupsOf, writeGroup } from './group.ts';
import { turnGroup } from './next-group.ts';
import { startActions } from './start-actions.ts';
import { type More, ROWS_A_STEP, type Step, turnRollout } from './step.ts';

/** A step of a rollout that begins: its targets get actions, those of the first group begin. */
export async function beginRollout(step: Step): Promise<More> {
  const groups = await groupsOf(step.tx, step.rollout);
  const group = groups.find(({ status }) => status === 'ready');
  if (group) {
    await scheduleGroup(step, group);
    return true;
  }
  const { tx, acting, changes, rollout } = step;
  const first = groups[0]!;
  if (first.status === 'scheduled') await turnGroup(tx, acting, changes, rollout, first, 'running');
  if (await startActions(step, first)) return true;
  await turnRollout(step, 'running');
  return true;
}

/** Makes actions for the next targets of a group; devices don't see them before they begin. */
async function scheduleGroup(step: Step, group: GroupRow): Promise<void> {
  const { tx, acting } = step;
  const { size, last } = await nextTargets(step, group);
  if (size) {
    const range = sql`${rolloutTargets.tenantId} = ${group.tenantId} AND ${rolloutTargets.groupId} = ${group.id}
      AND ${rolloutTargets.targetId} > ${group.scheduledTo} AND ${rolloutTargets.targetId} <= ${last}`;
    await scheduleTargets(step, group, range);
  }
  await writeGroup(tx, acting, group, {
    scheduledTo: last,
    ...(size < ROWS_A_STEP && { status: 'scheduled' }),
  });
}

/** Makes actions that are to begin later, for those targets of a group for which the condition holds. */
export async function scheduleTargets(step: Step, group: GroupRow, chosen: SQL): Promise<void> {
  await cancelScheduledBefore(step, chosen);
  await insertScheduled(step, group, chosen);
}

async function nextTargets(
  { tx }: Step,
  { tenantId, id, scheduledTo }: GroupRow,
): Promise<{ size: number; last: number }> {
  const [row] = await tx.execute<{ size: string; last: string | null }>(sql`
    SELECT count(*) AS size, max(target_id) AS last
    FROM (SELECT ${rolloutTargets.targetId} FROM ${rolloutTargets}
      WHERE ${rolloutTargets.tenantId} = ${tenantId} AND ${rolloutTargets.groupId} = ${id}
        AND ${rolloutTargets.targetId} > ${scheduledTo}
      ORDER BY ${rolloutTargets.targetId} LIMIT ${ROWS_A_STEP}) AS next`);
  return { size: Number(row!.size), last: Number(row!.last ?? scheduledTo) };
}

/** As in hawkBit: what was to begin later on a target doesn't any more when something newer is to. */
const cancelScheduledBefore = ({ tx, acting, rollout }: Step, chosen: SQL): Promise<unknown> =>
  moveActions(
    tx,
    acting,
    sql`${actions.status} = 'scheduled'
      AND ${actions.targetId} IN (SELECT ${rolloutTargets.targetId} FROM ${rolloutTargets} WHERE ${chosen})`,
    {
      status: 'canceled',
      active: false,
      messages: [`${SERVER_MESSAGE}canceled before it began, as rollout '${rollout.name}' replaces it`],
    },
  );

function insertScheduled({ tx, acting, rollout }: Step, group: GroupRow, chosen: SQL): Promise<unknown> {
  const now = sql`${acting.clock().toISOString()}::timestamptz`;
  const { setId, forceType, forcedAt, weight, createdBy } = rollout;
  return tx.execute(sql`
    WITH locked AS (
      SELECT ${targets.id} FROM ${rolloutTargets} JOIN ${targets}
        ON ${targets.tenantId} = ${rolloutTargets.tenantId} AND ${targets.id} = ${rolloutTargets.targetId}
      WHERE ${chosen} FOR KEY SHARE OF ${targets})
    INSERT INTO ${actions} (tenant_id, target_id, set_id, rollout_group_id, status, active, force_type, forced_at,
      weight, initiated_by, created_at, created_by, last_modified_at, last_modified_by)
    SELECT ${group.tenantId}::bigint, id, ${setId}::bigint, ${group.id}::bigint, 'scheduled', FALSE,
      ${forceType}::text, ${forceType === 'timeforced' ? (forcedAt ?? new Date(0)).toISOString() : null}::timestamptz,
      ${weight}::integer, ${createdBy}::text, ${now}, ${createdBy}::text, ${now}, ${createdBy}::text
    FROM locked ORDER BY id`);
}
