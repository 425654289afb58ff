import { type SQL, sql } from 'drizzle-orm';
import { actionEntries, actions, targetDeployments } from '../../../database/tables/actions.ts';
import { targets } from '../../../database/tables/targets.ts';
import { SERVER_MESSAGE } from '../actions/messages.ts';
import { idsOf } from '../actions/select.ts';
import { moveActions } from '../actions/write.ts';
import { isToHave, replaceActions, statusAtStart, writeDeployments } from '../assignments/write.ts';
import type { GroupRow } from './group.ts';
import { type More, type Step, TARGETS_A_STEP } from './step.ts';

interface Starting {
  id: number;
  target: { id: number; controllerId: string };
  hasTheSet: boolean;
}

/** Starts the scheduled actions of a group, so many at a time. Targets that are to have the set anyway count as finished. */
export async function startActions(step: Step, group: GroupRow): Promise<More> {
  const scheduled = await lockScheduled(step, group);
  const done = scheduled.filter(({ hasTheSet }) => hasTheSet);
  const starting = scheduled.filter(({ hasTheSet }) => !hasTheSet);
  if (done.length) await finish(step, done);
  if (starting.length) await start(step, group, starting);
  if (scheduled.length) step.changes.rollouts([step.rollout.id]);
  return scheduled.length === TARGETS_A_STEP;
}

/**
 * With their targets, as whoever changes an action locks its target first. Their sets are asked for by the targets alone:
 * PostgreSQL, which learns late that many have the same, would look through all of those each time.
 */
async function lockScheduled({ tx, rollout }: Step, { tenantId, id }: GroupRow): Promise<Starting[]> {
  const rows = await tx.execute<{
    id: string;
    target_id: string;
    controller_id: string;
    has_the_set: boolean;
  }>(sql`
    SELECT ${actions.id}, ${actions.targetId}, ${targets.controllerId}, EXISTS (
      SELECT 1 FROM ${targetDeployments}
      WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${targetDeployments.targetId} = ${targets.id}
        AND ${isToHave(rollout)} OFFSET 0) AS has_the_set
    FROM ${actions} JOIN ${targets}
      ON ${targets.tenantId} = ${actions.tenantId} AND ${targets.id} = ${actions.targetId}
    WHERE ${actions.tenantId} = ${tenantId} AND ${actions.rolloutGroupId} = ${id} AND ${actions.status} = 'scheduled'
    ORDER BY ${actions.targetId} LIMIT ${TARGETS_A_STEP}
    FOR NO KEY UPDATE OF ${targets}, ${actions}`);
  return rows.map((row) => ({
    id: Number(row.id),
    target: { id: Number(row.target_id), controllerId: row.controller_id },
    hasTheSet: row.has_the_set,
  }));
}

const among = (starting: readonly Starting[]): SQL => sql`${actions.id} = ANY(${idsOf(starting)})`;

async function finish({ tx, acting, changes }: Step, done: readonly Starting[]): Promise<void> {
  await moveActions(tx, acting, among(done), {
    status: 'finished',
    active: false,
    messages: [`${SERVER_MESSAGE}finished, as the target is to have the distribution set already`],
  });
  // A device that has the set is told of the newest action that brought it.
  changes.targets(done.map(({ target }) => target.controllerId));
}

async function start(
  { tx, acting, changes, rollout }: Step,
  group: GroupRow,
  starting: readonly Starting[],
): Promise<void> {
  const { settings } = await acting.tenants.byId(rollout.tenantId);
  const plan = { setId: rollout.setId, offline: false, autoClose: settings.autoClose };
  const targetIds = idsOf(starting.map(({ target }) => target));
  await replaceActions(tx, acting, plan, targetIds);
  const asks = settings.confirmationFlow && group.confirmationRequired;
  const now = sql`${acting.clock().toISOString()}::timestamptz`;
  const message = `${SERVER_MESSAGE}begun by its rollout`;
  await tx.execute(sql`
    WITH begun AS (
      UPDATE ${actions} SET active = TRUE, status = ${statusAtStart(rollout.tenantId, asks, actions.targetId)},
        last_modified_at = ${now}, last_modified_by = ${acting.caller.username}
      WHERE ${actions.tenantId} = ${rollout.tenantId} AND ${among(starting)}
      RETURNING id, status)
    INSERT INTO ${actionEntries} (tenant_id, action_id, status, messages, occurred_at, reported_at)
    SELECT ${rollout.tenantId}::bigint, id, status, ARRAY[${message}::text], ${now}, ${now} FROM begun ORDER BY id`);
  await writeDeployments(tx, acting, plan, targetIds);
  changes.targets(starting.map(({ target }) => target.controllerId));
}
