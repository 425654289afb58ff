import { sql } from 'drizzle-orm';
import { overAllTenants } from '../../database/all-tenants.ts';
import type { Database } from '../../database/connect.ts';
import { fleetHistory } from '../../database/tables/fleet-history.ts';
import { jobs } from '../../database/tables/jobs.ts';
import { rollouts } from '../../database/tables/rollouts.ts';
import { tenants } from '../../database/tables/tenants.ts';
import { webhookDeliveries, webhooks } from '../../database/tables/webhooks.ts';

/** What there is in all tenants together, and what waits. Ages are in seconds; 0 where nothing waits. */
export interface Gauges {
  /** By status; as of the last five minutes that the history of the fleet has. */
  targets: Record<string, number>;
  rollouts: Record<string, number>;
  /** No more than `COUNTED_AT_MOST` for a webhook. */
  deliveriesWaiting: number;
  oldestDelivery: number;
  /** Queued and running. */
  jobsWaiting: number;
  oldestJob: number;
}

/** More of a webhook's deliveries aren't counted: an operator has seen enough. */
const COUNTED_AT_MOST = 10_000;

/** Reads them for the metrics. It looks over all tenants, so it is not for each scrape. */
export async function readGauges(database: Database): Promise<Gauges> {
  const [fleet, ended, deliveries, waiting] = await Promise.all([
    readFleet(database),
    database.execute<{ status: string; count: string }>(
      sql`SELECT status, count(*) AS count FROM ${rollouts} GROUP BY status ${overAllTenants('gauges')}`,
    ),
    readDeliveries(database),
    database.execute<{ count: string; age: number }>(sql`
      SELECT count(*) AS count, ${ageOf(sql`min(created_at)`)} AS age FROM ${jobs} WHERE state IN ('queued', 'running')
      ${overAllTenants('gauges')}`),
  ]);
  return {
    targets: fleet,
    rollouts: Object.fromEntries(ended.map(({ status, count }) => [status, Number(count)])),
    deliveriesWaiting: Number(deliveries?.count ?? 0),
    oldestDelivery: Number(deliveries?.age ?? 0),
    jobsWaiting: Number(waiting[0]?.count ?? 0),
    oldestJob: Number(waiting[0]?.age ?? 0),
  };
}

const ageOf = (time: ReturnType<typeof sql>) => sql`coalesce(extract(epoch FROM now() - ${time}), 0)::float8`;

async function readFleet(database: Database): Promise<Record<string, number>> {
  const [row] = await database.execute<Record<string, string | null>>(sql`
    SELECT sum(last.total) AS total, sum(last.in_sync) AS in_sync, sum(last.pending) AS pending, sum(last.error) AS error
    FROM ${tenants} AS tenant CROSS JOIN LATERAL (
      SELECT total, in_sync, pending, error FROM ${fleetHistory} AS history
      WHERE history.tenant_id = tenant.tenant_id AND total IS NOT NULL ORDER BY at DESC LIMIT 1) AS last ${overAllTenants('gauges')}`);
  const { total, ...known } = Object.fromEntries(
    Object.entries(row ?? {}).map(([name, value]) => [name, Number(value ?? 0)]),
  );
  const others = (total ?? 0) - Object.values(known).reduce((sum, count) => sum + count, 0);
  return { ...known, other: others };
}

async function readDeliveries(database: Database) {
  const [row] = await database.execute<{ count: string | null; age: number | null }>(sql`
    SELECT sum(waiting.count) AS count, max(waiting.age) AS age
    FROM ${webhooks} AS webhook CROSS JOIN LATERAL (
      SELECT count(*) AS count, ${ageOf(sql`min(first.created_at)`)} AS age FROM (
        SELECT created_at FROM ${webhookDeliveries} AS delivery
        WHERE delivery.tenant_id = webhook.tenant_id AND delivery.webhook_id = webhook.id
          AND delivery.state = 'pending'
        ORDER BY delivery.id LIMIT ${COUNTED_AT_MOST}) AS first) AS waiting ${overAllTenants('gauges')}`);
  return row;
}
