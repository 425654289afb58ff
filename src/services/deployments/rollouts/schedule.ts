import { and, eq, gt, ne, notInArray, sql } from 'drizzle-orm';
import { analyzeGrown } from '../../../database/analyze.ts';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import { plannedEachTime } from '../../../database/prepared.ts';
import { actions } from '../../../database/tables/actions.ts';
import { rolloutGroups, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { SERVER_MESSAGE } from '../actions/messages.ts';
import { makeRoom } from '../actions/quota.ts';
import { moveActions } from '../actions/write.ts';
import { type GroupRow, groupsOf, writeGroup } from './group.ts';
import { setGroupStatus } from './next-group.ts';
import { startActions } from './start-actions.ts';
import { type HasMore, ROWS_A_STEP, type RolloutStep, setRolloutStatus } from './step.ts';

/** A step of a starting rollout: its targets get actions, and those of the first group start. */
export async function scheduleGroups(step: RolloutStep): Promise<HasMore> {
  const groups = await groupsOf(step.tx, step.rollout);
  const group = groups.find(({ status }) => status === 'ready');
  if (group) {
    await scheduleGroup(step, group);
    return true;
  }
  const first = groups[0]!;
  if (first.status === 'scheduled') await setGroupStatus(step, first, 'running');
  if (await startActions(step, first)) return true;
  await setRolloutStatus(step, 'running');
  return true;
}

/** Makes actions for the next targets of a group; devices don't see them before they start. */
async function scheduleGroup(step: RolloutStep, group: GroupRow): Promise<void> {
  const ids = await nextTargets(step, group);
  if (ids.length) await scheduleTargets(step, group, ids);
  const isLast = ids.length < ROWS_A_STEP;
  if (isLast) await analyzeGrown(step.tx, actions, group.totalTargets);
  await writeGroup(step.tx, step.context, group, {
    scheduledTo: ids.at(-1) ?? group.scheduledTo,
    ...(isLast && { status: 'scheduled' }),
  });
}

/**
 * Makes scheduled actions for these targets of a group, in the order of the ids. One that has no room for another gets none:
 * it doesn't start. They need no lock beside that of the rollout: who deletes targets locks the rollouts that they are in before.
 */
export async function scheduleTargets(
  step: RolloutStep,
  group: GroupRow,
  ids: readonly number[],
): Promise<void> {
  const { context, rollout } = step;
  const { settings } = await context.tenants.byId(rollout.tenantId);
  const wanted = ids.map((id) => ({ id }));
  const withRoom = await makeRoom(step, rollout.tenantId, settings.actionCleanup.percentOnQuota, wanted);
  if (!withRoom.length) return;
  const chosen = withRoom.map(({ id }) => id);
  await cancelScheduledBefore(step, chosen);
  await insertScheduled(step, group, chosen);
}

async function nextTargets({ tx }: RolloutStep, { tenantId, id, scheduledTo }: GroupRow): Promise<number[]> {
  const { targetId, groupId } = rolloutTargets;
  const rows = await tx
    .select({ targetId })
    .from(rolloutTargets)
    .where(and(eq(rolloutTargets.tenantId, tenantId), eq(groupId, id), gt(targetId, scheduledTo)))
    .orderBy(targetId)
    .limit(ROWS_A_STEP);
  return rows.map((row) => row.targetId);
}

/**
 * As in hawkBit: what was to begin later on a target doesn't any more when something newer is to. By ids, as PostgreSQL
 * knows little of tables that just begin to grow, and would compare all with all.
 */
async function cancelScheduledBefore(step: RolloutStep, ids: readonly number[]): Promise<void> {
  if (!(await othersMayHaveScheduled(step))) return;
  await moveActions(
    step.tx,
    step.context,
    plannedEachTime(sql`${isAmong(actions.targetId, ids)} AND ${actions.status} = 'scheduled'`),
    {
      status: 'canceled',
      active: false,
      messages: [`${SERVER_MESSAGE}canceled before it began, as another rollout replaces it`],
    },
  );
}

/** Only rollouts schedule actions, and no group ends or fails before all of its own have started. */
async function othersMayHaveScheduled({ tx, rollout: { tenantId, id } }: RolloutStep): Promise<boolean> {
  const [group] = await tx
    .select({ id: rolloutGroups.id })
    .from(rolloutGroups)
    .where(
      and(
        eq(rolloutGroups.tenantId, tenantId),
        ne(rolloutGroups.rolloutId, id),
        notInArray(rolloutGroups.status, ['creating', 'finished', 'error']),
      ),
    )
    .limit(1);
  return group !== undefined;
}

async function insertScheduled(
  { tx, context, rollout }: RolloutStep,
  { tenantId, id }: GroupRow,
  targetIds: readonly number[],
): Promise<unknown> {
  const now = sql`${context.clock().toISOString()}::timestamptz`;
  const { setId, forceType, forcedAt, weight, createdBy } = rollout;
  const forced = forceType === 'timeforced' ? (forcedAt ?? new Date(0)).toISOString() : null;
  return tx.execute(sql`
    INSERT INTO ${actions} (tenant_id, target_id, set_id, rollout_group_id, status, active, force_type, forced_at,
      weight, initiated_by, created_at, created_by, last_modified_at, last_modified_by)
    SELECT ${tenantId}::bigint, id, ${setId}::bigint, ${id}::bigint, 'scheduled', FALSE, ${forceType}::text,
      ${forced}::timestamptz, ${weight}::integer, ${createdBy}::text, ${now}, ${createdBy}::text, ${now},
      ${createdBy}::text
    FROM unnest(${arrayOf(targetIds)}::bigint[]) AS chosen(id)`);
}
