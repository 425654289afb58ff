import { and, eq, type SQL, sql } from 'drizzle-orm';
import { analyzeGrown } from '../../../database/analyze.ts';
import { actions, targetDeployments } from '../../../database/tables/actions.ts';
import { rolloutGroups } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { beginningOf, confirmationBy } from '../actions/beginning.ts';
import { CANCELED_AS_MOVED } from '../actions/cancel-moved.ts';
import { SERVER_MESSAGE } from '../actions/messages.ts';
import { idArrayOf } from '../actions/select.ts';
import { moveActions, tellActions } from '../actions/write.ts';
import { isAlreadyAssigned, replaceActions, writeDeployments } from '../assignments/write.ts';
import type { GroupRow } from './group.ts';
import { type HasMore, type RolloutStep, TARGETS_A_STEP } from './step.ts';

interface Starting {
  id: number;
  target: { id: number; controllerId: string };
  hasTheSet: boolean;
  hasMoved: boolean;
}

/**
 * Starts the scheduled actions of a group, so many at a time, from where the last step ended: the index still has what
 * earlier steps started. At the end it looks from the beginning, once. Targets that are to have the set anyway count as
 * finished; those that another tenant has taken over meanwhile as canceled.
 */
export async function startActions(step: RolloutStep, group: GroupRow): Promise<HasMore> {
  const scheduled = await lockScheduled(step, group);
  const moved = scheduled.filter(({ hasMoved }) => hasMoved);
  const done = scheduled.filter(({ hasMoved, hasTheSet }) => !hasMoved && hasTheSet);
  const starting = scheduled.filter(({ hasMoved, hasTheSet }) => !hasMoved && !hasTheSet);
  if (moved.length) await moveActions(step.tx, step.context, among(moved), CANCELED_AS_MOVED);
  if (done.length) await finish(step, done);
  if (starting.length) await start(step, group, starting);
  if (scheduled.length) step.changes.rollouts([step.rollout.id]);
  const reached = scheduled.length < TARGETS_A_STEP ? 0 : scheduled.at(-1)!.target.id;
  if (!reached) await analyzeGrown(step.tx, targetDeployments, group.totalTargets);
  if (reached !== group.scheduledTo) await noteStarted(step, group, reached);
  return reached > 0 || group.scheduledTo > 0;
}

const noteStarted = (
  { tx }: RolloutStep,
  { tenantId, id }: GroupRow,
  scheduledTo: number,
): Promise<unknown> =>
  tx
    .update(rolloutGroups)
    .set({ scheduledTo })
    .where(and(eq(rolloutGroups.tenantId, tenantId), eq(rolloutGroups.id, id)));

/**
 * With their targets, as whoever changes an action locks its target first. Their sets are asked for by the targets alone:
 * PostgreSQL, which learns late that many have the same, would look through all of those each time.
 */
async function lockScheduled(
  { tx, rollout }: RolloutStep,
  { tenantId, id, scheduledTo }: GroupRow,
): Promise<Starting[]> {
  const rows = await tx.execute<{
    id: string;
    target_id: string;
    controller_id: string;
    has_the_set: boolean;
    has_moved: boolean;
  }>(sql`
    SELECT ${actions.id}, ${actions.targetId}, ${targets.controllerId}, EXISTS (
      SELECT 1 FROM ${targetDeployments}
      WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${targetDeployments.targetId} = ${targets.id}
        AND ${isAlreadyAssigned(tenantId, rollout)} OFFSET 0) AS has_the_set,
      ${targets.movedAt} IS NOT NULL AS has_moved
    FROM ${actions} JOIN ${targets}
      ON ${targets.tenantId} = ${actions.tenantId} AND ${targets.id} = ${actions.targetId}
    WHERE ${actions.tenantId} = ${tenantId} AND ${actions.rolloutGroupId} = ${id} AND ${actions.status} = 'scheduled'
      AND ${actions.targetId} > ${scheduledTo}
    ORDER BY ${actions.targetId} LIMIT ${TARGETS_A_STEP}
    FOR NO KEY UPDATE OF ${targets}, ${actions}`);
  return rows.map((row) => ({
    id: Number(row.id),
    target: { id: Number(row.target_id), controllerId: row.controller_id },
    hasTheSet: row.has_the_set,
    hasMoved: row.has_moved,
  }));
}

const among = (starting: readonly Starting[]): SQL => sql`${actions.id} = ANY(${idArrayOf(starting)})`;

async function finish({ tx, context, changes }: RolloutStep, done: readonly Starting[]): Promise<void> {
  await moveActions(tx, context, among(done), {
    status: 'finished',
    active: false,
    messages: [`${SERVER_MESSAGE}Distribution Set is already assigned. Skipping this action.`],
  });
  // A device that has the set is shown the newest action that installed it.
  changes.targets(done.map(({ target }) => target.controllerId));
}

async function start(
  { tx, context, changes, rollout }: RolloutStep,
  group: GroupRow,
  starting: readonly Starting[],
): Promise<void> {
  const { settings } = await context.tenants.byId(rollout.tenantId);
  const plan = { setId: rollout.setId, offline: false, autoClose: settings.autoClose };
  const targetIds = idArrayOf(starting.map(({ target }) => target));
  await replaceActions(tx, context, plan, targetIds);
  const at = context.clock();
  const now = sql`${at.toISOString()}::timestamptz`;
  const message = `${SERVER_MESSAGE}begun by its rollout`;
  const confirmation = confirmationBy(settings, group.confirmationRequired);
  const initiator = { tenantId: rollout.tenantId, initiatedBy: rollout.createdBy };
  const beginning = await beginningOf(tx, initiator, confirmation, targetIds);
  const begun = await tx.execute<{ id: string; target_id: string }>(sql`
    UPDATE ${actions} SET active = TRUE, status = ${beginning.status(actions.targetId)},
      last_modified_at = ${now}, last_modified_by = ${context.caller.username}
    WHERE ${actions.tenantId} = ${rollout.tenantId} AND ${among(starting)}
    RETURNING id, target_id`);
  const entries = begun.map((row) => ({ actionId: row.id, ...beginning.entry(Number(row.target_id)) }));
  await tellActions(tx, rollout.tenantId, entries, { at, messages: [message] });
  await writeDeployments(tx, context, plan, targetIds);
  changes.targets(starting.map(({ target }) => target.controllerId));
}
