import { type SQL, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import { type Database, isOpen } from '../../../database/connect.ts';
import { isUnavailable } from '../../../database/unavailable.ts';
import { openPollCounts } from '../../fleet/history/poll-counts.ts';
import { isPending, type PendingDevice } from '../sign-in/pending-device.ts';
import type { Device, Polled } from './device.ts';

const WRITE_EVERY_MS = 1_000;

export interface PollTimes {
  /** Remembers a poll, to be written within a second. A crash loses it. */
  note(device: Device | PendingDevice, address: string, at: number): void;
  /** Writes a device's first poll now. */
  writeFirst(device: Device, address: string): Promise<void>;
  /** Writes what is collected. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The table where polls of a kind of device are noted. */
interface Place<T> {
  table: SQL;
  key: SQL;
  idOf: (device: T) => number;
}
const OF_TARGETS: Place<Device> = {
  table: sql`target_polls`,
  key: sql`target_id`,
  idOf: ({ targetId }) => targetId,
};
const OF_PENDING: Place<PendingDevice> = {
  table: sql`pending_targets`,
  key: sql`id`,
  idOf: ({ pendingId }) => pendingId,
};

/**
 * Gathers the polls of all devices, the newest of each, and writes them once a second: the one thing that may be lost
 * by a crash, as it is most of all writes and worth the least. How long ago a poll was is written, for the database to
 * take from its own time: the clocks of processes may differ, and one that is ahead would hide who is overdue.
 */
export function openPollTimes(
  database: Database,
  clock: () => Date,
  onError: (error: unknown) => void,
): PollTimes {
  const counts = openPollCounts(database, clock, onError);
  let polls = new Set<Device>();
  let pendingPolls = new Set<PendingDevice>();
  let writing: Promise<void> = Promise.resolve();

  const write = <T extends Polled>(place: Place<T>, devices: Set<T>, putBack: (device: T) => void) => {
    if (!devices.size) return;
    const batch = newestOfEach(devices, place.idOf);
    writing = writing
      .then(() => writePolls(database, place, batch, clock))
      .catch((error) => {
        if (isUnavailable(error)) batch.forEach(putBack);
        onError(error);
      });
  };
  const flush = () => {
    // They are kept until the database is back.
    if (!isOpen(database)) return writing;
    const [devices, pending] = [polls, pendingPolls];
    polls = new Set();
    pendingPolls = new Set();
    write(OF_TARGETS, devices, (device) => polls.add(device));
    write(OF_PENDING, pending, (device) => pendingPolls.add(device));
    return writing;
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();

  return {
    flush,
    note(device, address, at) {
      device.polledAt = at;
      device.address = address;
      if (isPending(device)) {
        pendingPolls.add(device);
        return;
      }
      polls.add(device);
      counts.count(device.tenant.tenantId);
    },
    async writeFirst(device, address) {
      await writeFirstPoll(database, device, address);
      device.seen = true;
      counts.count(device.tenant.tenantId);
    },
    async close() {
      clearInterval(timer);
      await Promise.all([flush(), counts.close()]);
    },
  };
}

/** Without doubles of devices that were read again. In the order of ids, so that writers can't deadlock. */
function newestOfEach<T extends Polled>(devices: Set<T>, idOf: (device: T) => number): T[] {
  const newest = new Map<number, T>();
  for (const device of devices) {
    const other = newest.get(idOf(device));
    if (!other || other.polledAt < device.polledAt) newest.set(idOf(device), device);
  }
  return [...newest.values()].sort((a, b) => idOf(a) - idOf(b));
}

async function writePolls<T extends Polled>(
  database: Database,
  { table, key, idOf }: Place<T>,
  batch: T[],
  clock: () => Date,
): Promise<void> {
  for (const chunk of chunks(batch)) {
    const now = clock().getTime();
    const list = (of: (device: T) => string | number) => arrayOf(chunk.map(of));
    await database.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL synchronous_commit = off`);
      await tx.execute(sql`
        UPDATE ${table} AS poll
        SET last_request_at = GREATEST(LEAST(poll.last_request_at, now()), now() - new.age * interval '1 ms'),
            address = new.address
        FROM unnest(${list((device) => device.tenant.tenantId)}::bigint[],
                    ${list(idOf)}::bigint[],
                    ${list((device) => Math.max(now - device.polledAt, 0))}::bigint[],
                    ${list((device) => device.address)}::text[]) AS new(tenant_id, id, age, address)
        WHERE poll.tenant_id = new.tenant_id AND poll.${key} = new.id`);
    });
  }
}

/** A deleted target gets none. */
async function writeFirstPoll(database: Database, device: Device, address: string): Promise<void> {
  await database.execute(sql`
    INSERT INTO target_polls (tenant_id, target_id, last_request_at, address)
    SELECT tenant_id, id, now(), ${address}::text
    FROM targets
    WHERE tenant_id = ${device.tenant.tenantId} AND id = ${device.targetId}
    FOR KEY SHARE
    ON CONFLICT (tenant_id, target_id)
    DO UPDATE SET last_request_at = excluded.last_request_at, address = excluded.address`);
}
