import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { actions } from '../../../database/tables/actions.ts';
import { fleetHistory } from '../../../database/tables/fleet-history.ts';
import { targets } from '../../../database/tables/targets.ts';
import { invalid, outOfScope } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { before, DAY_MS, HOUR_MS, MADE_UP_MS, SLOT_MS, startOf } from './slots.ts';

/** How long each point is, in milliseconds. */
export const HISTORY_INTERVALS = { fiveMinutes: SLOT_MS, hour: HOUR_MS, day: DAY_MS } as const;
export type HistoryInterval = keyof typeof HISTORY_INTERVALS;
export const MOST_POINTS = 1_000;

export interface FleetHistoryPoint {
  /** When it begins. */
  at: Date;
  registered: number;
  polls: number;
  /** Updates that finished. */
  finished: number;
  /** Updates that failed. */
  failed: number;
  /** At its end; null where nobody counted. */
  total: number | null;
  inSync: number | null;
  pending: number | null;
  error: number | null;
}

interface HistoryRequest {
  from: Date;
  to?: Date | null | undefined;
  interval: HistoryInterval;
}

/**
 * What happened in the fleet from `from` to `to`, a point for each interval that has begun, counted in UTC. It is of all
 * targets: a scope can't narrow it. Needs READ_TARGET without a scope. @throws FORBIDDEN, INVALID_INPUT
 */
export async function readFleetHistory(
  context: Context,
  { from, to, interval }: HistoryRequest,
): Promise<FleetHistoryPoint[]> {
  const { tenantId, permissions } = requirePermission(context, 'READ_TARGET');
  if (permissions.get('READ_TARGET') !== null) throw outOfScope('READ_TARGET', 'the history of all targets');
  const length = HISTORY_INTERVALS[interval];
  const end = to ?? context.clock();
  const start = startOf(from, length);
  const points = Math.ceil((end.getTime() - start.getTime()) / length);
  if (points < 1) throw invalid('to: must be after from', ['to']);
  if (points > MOST_POINTS) throw invalid(`from: there would be more than ${MOST_POINTS} points`, ['from']);
  const step = sql.raw(`interval '${length / 1000} seconds'`);
  const rows = await context.database.execute<Record<string, string | null>>(sql`
    WITH points AS (
      SELECT date_bin(${step}, at, timestamptz '1970-01-01Z') AS start, *
      FROM ${fleetHistory}
      WHERE tenant_id = ${tenantId} AND at >= ${start.toISOString()}::timestamptz AND at < ${end.toISOString()}::timestamptz
    ), sums AS (
      SELECT start, sum(registered) AS registered, sum(polls) AS polls, sum(finished) AS finished, sum(failed) AS failed,
             max(at) FILTER (WHERE total IS NOT NULL) AS counted
      FROM points GROUP BY start
    )
    SELECT extract(epoch FROM sums.start) * 1000 AS at, sums.registered, sums.polls, sums.finished, sums.failed,
           counted.total, counted.in_sync, counted.pending, counted.error
    FROM sums LEFT JOIN points AS counted ON counted.at = sums.counted ORDER BY sums.start`);
  const found = new Map(rows.map((row) => [Number(row['at']), row]));
  const since = await readUnwritten(context, { start, end, step });
  return Array.from({ length: points }, (_, index) => {
    const at = start.getTime() + index * length;
    const point = pointOf(new Date(at), found.get(at));
    const { registered, finished, failed } = pointOf(point.at, since.get(at));
    return {
      ...point,
      registered: point.registered + registered,
      finished: point.finished + finished,
      failed: point.failed + failed,
    };
  });
}

/** What happened since the history was written last, in a few minutes: it is counted as it is asked for. */
async function readUnwritten(
  { caller: { tenantId }, database }: Context,
  { start, end, step }: { start: Date; end: Date; step: SQL },
): Promise<Map<number, Record<string, string>>> {
  const literal = (time: Date) => sql`${time.toISOString()}::timestamptz`;
  const slot = sql.raw(`interval '${SLOT_MS / 1000} seconds'`);
  const within = (time: AnyPgColumn) =>
    sql`${time} >= (SELECT at FROM since) AND ${time} >= ${literal(start)} AND ${time} < ${literal(end)}`;
  const rows = await database.execute<Record<string, string>>(sql`
    WITH since AS (
      SELECT greatest(coalesce(max(at) + ${slot}, ${literal(before(startOf(end), SLOT_MS))}),
                      ${literal(before(end, MADE_UP_MS))}) AS at
      FROM ${fleetHistory} WHERE tenant_id = ${tenantId} AND total IS NOT NULL
    ), happened AS (
      SELECT ${targets.createdAt} AS at, 'registered' AS what FROM ${targets}
      WHERE ${targets.tenantId} = ${tenantId} AND ${within(targets.createdAt)}
      UNION ALL
      SELECT ${actions.lastModifiedAt}, ${actions.status} FROM ${actions}
      WHERE ${actions.tenantId} = ${tenantId} AND NOT ${actions.active} AND ${within(actions.lastModifiedAt)}
    )
    SELECT extract(epoch FROM date_bin(${step}, at, timestamptz '1970-01-01Z')) * 1000 AS at,
           count(*) FILTER (WHERE what = 'registered') AS registered,
           count(*) FILTER (WHERE what = 'finished') AS finished, count(*) FILTER (WHERE what = 'error') AS failed
    FROM happened GROUP BY 1`);
  return new Map(rows.map((row) => [Number(row['at']), row]));
}

function pointOf(at: Date, row: Record<string, string | null> = {}): FleetHistoryPoint {
  const level = (name: string) => (row[name] == null ? null : Number(row[name]));
  return {
    at,
    registered: Number(row['registered'] ?? 0),
    polls: Number(row['polls'] ?? 0),
    finished: Number(row['finished'] ?? 0),
    failed: Number(row['failed'] ?? 0),
    total: level('total'),
    inSync: level('in_sync'),
    pending: level('pending'),
    error: level('error'),
  };
}
