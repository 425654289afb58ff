import { sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf } from '../../../database/bulk.ts';
import { type Database, isOpen } from '../../../database/connect.ts';
import { fleetHistory } from '../../../database/tables/fleet-history.ts';
import { isUnavailable } from '../../../database/unavailable.ts';
import { startOf } from './slots.ts';

const WRITE_EVERY_MS = 60_000;

export interface PollCounts {
  /** Counts a poll, to be written within a minute. A crash loses it. */
  count(tenantId: number): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Counts the polls of this process in memory, and adds them to those of all others. */
export function openPollCounts(
  database: Database,
  clock: () => Date,
  onError: (error: unknown) => void,
): PollCounts {
  let counts = new Map<number, number>();
  let writing: Promise<void> = Promise.resolve();
  const add = (tenantId: number, more: number) =>
    void counts.set(tenantId, (counts.get(tenantId) ?? 0) + more);
  const write = async (batch: Map<number, number>) => {
    try {
      await writeCounts(database, startOf(clock()), batch);
    } catch (error) {
      if (isUnavailable(error)) for (const [tenantId, polls] of batch) add(tenantId, polls);
      onError(error);
    }
  };
  const flush = () => {
    if (!counts.size || !isOpen(database)) return writing;
    const batch = counts;
    counts = new Map();
    writing = writing.then(() => write(batch));
    return writing;
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();
  return {
    count: (tenantId) => add(tenantId, 1),
    flush,
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}

/** In the order of tenants, so that processes can't deadlock. A tenant that is gone gets none. */
async function writeCounts(database: Database, at: Date, counts: ReadonlyMap<number, number>): Promise<void> {
  const rows = [...counts].sort(([a], [b]) => a - b);
  await database.execute(sql`
    INSERT INTO ${fleetHistory} (tenant_id, at, polls)
    SELECT new.tenant_id, ${at.toISOString()}::timestamptz, new.polls
    FROM unnest(${arrayOf(rows.map(([id]) => id))}::bigint[], ${arrayOf(rows.map(([, n]) => n))}::bigint[]) AS new(tenant_id, polls)
    WHERE EXISTS (SELECT 1 FROM tenants WHERE tenants.tenant_id = new.tenant_id)
    ORDER BY new.tenant_id
    ON CONFLICT (tenant_id, at) DO UPDATE SET polls = fleet_history.polls + excluded.polls
    ${overAllTenants('poll counts')}`);
}
