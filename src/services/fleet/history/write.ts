import { and, lt, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Database } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { fleetHistory } from '../../../database/tables/fleet-history.ts';
import { targets } from '../../../database/tables/targets.ts';
import { tenants } from '../../../database/tables/tenants.ts';
import { HISTORY_RETENTION_DAYS } from '../../platform/tenants/configuration-keys.ts';
import { keepersOf } from '../../platform/tenants/retention.ts';
import { before, DAY_MS, HOUR_MS, MADE_UP_MS, SLOT_MS, startOf } from './slots.ts';

/** After that hours take the place of five minutes. */
const FINE_MS = 2 * DAY_MS;

/** Writes the history of all tenants up to now, makes the old one coarser, and forgets the oldest. */
export async function writeFleetHistory(
  database: Database,
  now: Date,
  isStopping: () => boolean = () => false,
): Promise<void> {
  const rows = await database.select({ tenantId: tenants.tenantId }).from(tenants).orderBy(tenants.tenantId);
  for (const { tenantId } of rows) {
    if (isStopping()) return;
    await writeHistoryOf(database, tenantId, now);
  }
  await coarsen(database, now);
  await forget(database, now);
}

const literal = (time: Date) => sql`${time.toISOString()}::timestamptz`;
const SLOT = sql.raw(`interval '${SLOT_MS / 1000} seconds'`);
const slotOf = (column: unknown) => sql`date_bin(${SLOT}, ${column}, timestamptz '1970-01-01Z')`;

/**
 * Counts what happened in the stretches that are over and aren't written, from what is stored: so that writing twice, or
 * after a break, makes no difference. How many targets there are is known of the last one only.
 */
export async function writeHistoryOf(database: Database, tenantId: number, now: Date): Promise<void> {
  const last = before(startOf(now), SLOT_MS);
  const end = startOf(now);
  const [row] = await database.execute<{ written: string | null }>(sql`
    SELECT max(at)::text AS written FROM ${fleetHistory} WHERE tenant_id = ${tenantId} AND total IS NOT NULL`);
  const written = row?.written ? new Date(row.written).getTime() + SLOT_MS : last.getTime();
  const from = new Date(Math.max(written, end.getTime() - MADE_UP_MS));
  if (from.getTime() > last.getTime()) return;
  const endedAs = (status: string) => sql`count(*) FILTER (WHERE ${actions.status} = ${status})`;
  const havingStatus = (status: string) => sql`count(*) FILTER (WHERE ${targets.updateStatus} = ${status})`;
  await database.execute(sql`
    WITH fleet AS (
      SELECT count(*) AS total, ${havingStatus('in_sync')} AS in_sync, ${havingStatus('pending')} AS pending,
             ${havingStatus('error')} AS error
      FROM ${targets} WHERE ${targets.tenantId} = ${tenantId}
    ), made AS (
      SELECT ${slotOf(targets.createdAt)} AS at, count(*) AS registered FROM ${targets}
      WHERE ${targets.tenantId} = ${tenantId} AND ${targets.createdAt} >= ${literal(from)} AND ${targets.createdAt} < ${literal(end)}
      GROUP BY 1
    ), ended AS (
      SELECT ${slotOf(actions.lastModifiedAt)} AS at, ${endedAs('finished')} AS finished, ${endedAs('error')} AS failed
      FROM ${actions}
      WHERE ${actions.tenantId} = ${tenantId} AND NOT ${actions.active}
        AND ${actions.lastModifiedAt} >= ${literal(from)} AND ${actions.lastModifiedAt} < ${literal(end)}
      GROUP BY 1
    )
    INSERT INTO ${fleetHistory} (tenant_id, at, registered, finished, failed, total, in_sync, pending, error)
    SELECT ${tenantId}::bigint, slot.at, coalesce(made.registered, 0), coalesce(ended.finished, 0), coalesce(ended.failed, 0),
           known.total, known.in_sync, known.pending, known.error
    FROM generate_series(${literal(from)}, ${literal(last)}, ${SLOT}) AS slot(at)
    LEFT JOIN made USING (at) LEFT JOIN ended USING (at)
    LEFT JOIN fleet AS known ON slot.at = ${literal(last)}
    WHERE EXISTS (SELECT 1 FROM fleet WHERE fleet.total > 0) OR made.at IS NOT NULL OR ended.at IS NOT NULL
    ON CONFLICT (tenant_id, at) DO UPDATE SET
      registered = excluded.registered, finished = excluded.finished, failed = excluded.failed,
      total = excluded.total, in_sync = excluded.in_sync, pending = excluded.pending, error = excluded.error`);
}

/** Merges the five minutes of old hours. Looks for them in all tenants at once: most have none. */
async function coarsen(database: Database, now: Date): Promise<void> {
  const limit = startOf(before(now, FINE_MS), HOUR_MS);
  const hour = sql`date_bin(interval '1 hour', at, timestamptz '1970-01-01Z')`;
  const fine = await database.execute<{ tenant_id: string; hours: string[] }>(sql`
    SELECT tenant_id, array_agg(DISTINCT ${hour})::text[] AS hours FROM ${fleetHistory}
    WHERE at < ${literal(limit)} AND at >= ${literal(before(limit, MADE_UP_MS + DAY_MS))} AND at > ${hour}
    GROUP BY tenant_id ${overAllTenants('fleet history')}`);
  for (const { tenant_id, hours } of fine)
    await database.execute(sql`
      WITH old AS (
        DELETE FROM ${fleetHistory}
        WHERE tenant_id = ${tenant_id} AND ${hour} = ANY(${arrayOf(hours)}::timestamptz[])
        RETURNING *
      )
      INSERT INTO ${fleetHistory} (tenant_id, at, registered, polls, finished, failed, total, in_sync, pending, error)
      SELECT ${tenant_id}::bigint, ${hour}, sum(registered), sum(polls), sum(finished), sum(failed),
             (array_agg(total ORDER BY at DESC) FILTER (WHERE total IS NOT NULL))[1],
             (array_agg(in_sync ORDER BY at DESC) FILTER (WHERE total IS NOT NULL))[1],
             (array_agg(pending ORDER BY at DESC) FILTER (WHERE total IS NOT NULL))[1],
             (array_agg(error ORDER BY at DESC) FILTER (WHERE total IS NOT NULL))[1]
      FROM old GROUP BY 2`);
}

/** Deletes what is older than each tenant's `fleet.history.retention.days`. */
async function forget(database: Database, now: Date): Promise<void> {
  const setting = { key: 'fleet.history.retention.days', days: HISTORY_RETENTION_DAYS } as const;
  for (const { tenantIds, before } of await keepersOf(database, { ...setting, now }))
    await database
      .delete(fleetHistory)
      .where(
        sql`${and(isAmong(fleetHistory.tenantId, tenantIds), lt(fleetHistory.at, before))} ${overAllTenants('retention')}`,
      );
}
