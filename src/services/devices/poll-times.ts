import { sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../database/bulk.ts';
import type { Database } from '../../database/connect.ts';
import type { Device } from './device-cache.ts';

const WRITE_EVERY_MS = 1_000;

export interface PollTimes {
  /** Remembers a poll, to be written within a second. A crash loses it. */
  note(device: Device, address: string, at: number): void;
  /** Writes a device's first poll now. */
  writeFirst(device: Device, address: string, at: number): Promise<void>;
  /** Writes what is waiting. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Gathers the polls of all devices, the newest of each, and writes them once a second: the one thing that may be
 * lost by a crash, as it is most of all writes and worth the least.
 */
export function openPollTimes(database: Database, onError: (error: unknown) => void): PollTimes {
  let waiting = new Set<Device>();
  let writing: Promise<void> = Promise.resolve();

  const flush = () => {
    const batch = newestOfEach(waiting);
    waiting = new Set();
    if (batch.length) writing = writing.then(() => writePolls(database, batch)).catch(onError);
    return writing;
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();

  return {
    flush,
    note(device, address, at) {
      device.polledAt = at;
      device.address = address;
      waiting.add(device);
    },
    async writeFirst(device, address, at) {
      await writeFirstPoll(database, device, address, at);
      device.seen = true;
    },
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}

/** A device that was read again meanwhile is there twice. In the order of ids, so that writers can't deadlock. */
function newestOfEach(devices: Set<Device>): Device[] {
  const newest = new Map<number, Device>();
  for (const device of devices) {
    const other = newest.get(device.targetId);
    if (!other || other.polledAt < device.polledAt) newest.set(device.targetId, device);
  }
  return [...newest.values()].sort((a, b) => a.targetId - b.targetId);
}

async function writePolls(database: Database, batch: Device[]): Promise<void> {
  for (const chunk of chunks(batch)) {
    const list = (of: (device: Device) => string | number) => arrayOf(chunk.map(of));
    await database.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL synchronous_commit = off`);
      await tx.execute(sql`
        UPDATE target_polls AS poll
        SET last_request_at = GREATEST(poll.last_request_at, new.at), address = new.address
        FROM unnest(${list((device) => device.tenant.tenantId)}::bigint[],
                    ${list((device) => device.targetId)}::bigint[],
                    ${list((device) => new Date(device.polledAt).toISOString())}::timestamptz[],
                    ${list((device) => device.address)}::text[]) AS new(tenant_id, target_id, at, address)
        WHERE poll.tenant_id = new.tenant_id AND poll.target_id = new.target_id`);
    });
  }
}

/** A target deleted meanwhile gets none. */
async function writeFirstPoll(
  database: Database,
  device: Device,
  address: string,
  at: number,
): Promise<void> {
  await database.execute(sql`
    INSERT INTO target_polls (tenant_id, target_id, last_request_at, address)
    SELECT tenant_id, id, ${new Date(at).toISOString()}::timestamptz, ${address}::text
    FROM targets
    WHERE tenant_id = ${device.tenant.tenantId} AND id = ${device.targetId}
    FOR KEY SHARE
    ON CONFLICT (tenant_id, target_id)
    DO UPDATE SET last_request_at = excluded.last_request_at, address = excluded.address`);
}
