import { type SQL, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { rolloutGroups } from '../../../database/tables/rollouts.ts';
import type { GroupRow } from './group.ts';
import type { LockedRollout } from './rollout.ts';

/** How far a started group is. */
export interface GroupProgress {
  /** Actions that have not started yet. */
  scheduled: number;
  finished: number;
  failed: number;
  /** Actions that have not ended. */
  left: number;
}

/** What counts as finished: of download-only actions what was downloaded, too. */
export const isFinished = sql`(${actions.status} = 'finished'
  OR ${actions.status} = 'downloaded' AND ${actions.forceType} = 'downloadonly')`;

const ENDED = sql`(${isFinished} OR ${actions.status} IN ('error', 'canceled'))`;

/** How far the running groups of a rollout are, by group id. */
export async function readGroupProgress(
  tx: Transaction,
  { tenantId, id }: LockedRollout,
): Promise<Map<number, GroupProgress>> {
  const of = (condition: SQL) => sql`count(*) FILTER (WHERE ${condition})`;
  const rows = await tx.execute<Record<'id' | keyof GroupProgress, string>>(sql`
    SELECT ${rolloutGroups.id} AS id, counted.*
    FROM ${rolloutGroups},
      LATERAL (SELECT ${of(sql`${actions.status} = 'scheduled'`)} AS scheduled, ${of(isFinished)} AS finished,
          ${of(sql`${actions.status} = 'error'`)} AS failed, ${of(sql`NOT ${ENDED}`)} AS "left"
        FROM ${actions} WHERE ${actions.tenantId} = ${tenantId}
          AND ${actions.rolloutGroupId} = ${rolloutGroups.id} AND ${actions.rolloutGroupId} IS NOT NULL) AS counted
    WHERE ${rolloutGroups.tenantId} = ${tenantId} AND ${rolloutGroups.rolloutId} = ${id}
      AND ${rolloutGroups.status} = 'running'`);
  return new Map(
    rows.map(({ id, scheduled, finished, failed, left }) => [
      Number(id),
      {
        scheduled: Number(scheduled),
        finished: Number(finished),
        failed: Number(failed),
        left: Number(left),
      },
    ]),
  );
}

type GroupThresholds = Pick<
  GroupRow,
  'dynamic' | 'percentage' | 'totalTargets' | 'successThreshold' | 'errorThreshold'
>;

/** The number that the thresholds are a share of: for a dynamic group, how many targets it will have. */
const wholeOf = ({ dynamic, percentage, totalTargets }: GroupThresholds) =>
  dynamic ? Math.max(percentage, 1) : totalTargets;

/** Whether more have failed than are allowed to. */
export const hasFailed = (group: GroupThresholds, progress: GroupProgress): boolean =>
  progress.failed * 100 > group.errorThreshold * wholeOf(group);

/** Whether so many have finished that the next group may begin; a group without targets has nothing to wait for. */
export const hasSucceeded = (group: GroupThresholds, progress: GroupProgress): boolean =>
  progress.finished * 100 >= group.successThreshold * wholeOf(group);
