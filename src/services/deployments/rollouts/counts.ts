import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { actions } from '../../../database/tables/actions.ts';
import { rolloutGroups } from '../../../database/tables/rollouts.ts';
import type { Context } from '../../shared/context.ts';
import { isFinished } from './progress.ts';
import { countsForCaller } from './visible.ts';

/** How many targets are how far; those without an action have not started. */
export interface TargetCounts {
  notStarted: number;
  scheduled: number;
  running: number;
  finished: number;
  failed: number;
  canceled: number;
}

interface Counted {
  id: number;
  totalTargets: number;
}

/**
 * How far the targets of rollouts are that the caller may read, in the order of these; undefined for who may not read
 * rollouts. One statement.
 */
export const countTargetsOfRollouts = (
  context: Context,
  of: readonly Counted[],
): Promise<(TargetCounts | undefined)[]> => count(context, rolloutGroups.rolloutId, of);

/** The same of groups. */
export const countTargetsOfGroups = (
  context: Context,
  of: readonly Counted[],
): Promise<(TargetCounts | undefined)[]> => count(context, rolloutGroups.id, of);

type Row = Record<'id' | 'scheduled' | 'finished' | 'failed' | 'canceled' | 'known', string>;

async function count(
  context: Context,
  by: SQLWrapper,
  of: readonly Counted[],
): Promise<(TargetCounts | undefined)[]> {
  const { database, caller } = context;
  const { tenantId, permissions } = caller;
  if (!of.length || !permissions.has('READ_ROLLOUT')) return of.map(() => undefined);
  const seen = (await countsForCaller(context, actions.targetId)) ?? sql`TRUE`;
  const those = (condition: SQL) => sql`count(*) FILTER (WHERE ${condition})`;
  const is = (status: string) => sql`${actions.status} = ${status}`;
  const ids = of.map(({ id }) => id);
  const rows = await database.execute<Row & Record<string, unknown>>(sql`
    SELECT ${by} AS id, ${those(is('scheduled'))} AS scheduled, ${those(isFinished)} AS finished,
      ${those(is('error'))} AS failed, ${those(is('canceled'))} AS canceled, count(*) AS known
    FROM ${rolloutGroups} JOIN ${actions} ON ${actions.tenantId} = ${rolloutGroups.tenantId}
      AND ${actions.rolloutGroupId} = ${rolloutGroups.id} AND ${actions.rolloutGroupId} IS NOT NULL
    WHERE ${rolloutGroups.tenantId} = ${tenantId} AND ${isAmong(by, ids)} AND ${seen}
    GROUP BY ${by}`);
  const byId = new Map(rows.map((row) => [Number(row.id), row]));
  return of.map(({ id, totalTargets }) => countsOf(byId.get(id), totalTargets));
}

function countsOf(row: Row | undefined, totalTargets: number): TargetCounts {
  const [scheduled, finished, failed, canceled, known] = (
    ['scheduled', 'finished', 'failed', 'canceled', 'known'] as const
  ).map((name) => Number(row?.[name] ?? 0)) as [number, number, number, number, number];
  return {
    notStarted: Math.max(totalTargets - known, 0),
    scheduled,
    running: known - scheduled - finished - failed - canceled,
    finished,
    failed,
    canceled,
  };
}
