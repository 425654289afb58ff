import { type SQL, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
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
  /** How many are not written yet. */
  waiting(): number;
  /** Writes what is collected. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Polls that aren't written yet, of each device the newest: in lists, so that a poll makes no garbage. */
interface Noted<T> {
  devices: T[];
  /** Milliseconds since 1970. */
  times: number[];
  addresses: string[];
}
const nothing = <T>(): Noted<T> => ({ devices: [], times: [], addresses: [] });

function add<T extends Polled>(
  { devices, times, addresses }: Noted<T>,
  device: T,
  time: number,
  address: string,
) {
  const isNew = devices[device.pollPlace] !== device;
  const at = isNew ? devices.push(device) - 1 : device.pollPlace;
  device.pollPlace = at;
  times[at] = time;
  addresses[at] = address;
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
  let polls = nothing<Device>();
  let pendingPolls = nothing<PendingDevice>();
  let writing: Promise<void> = Promise.resolve();

  const write = <T extends Polled>(place: Place<T>, noted: Noted<T>, current: () => Noted<T>) => {
    if (!noted.devices.length) return;
    writing = writing
      .then(() => writePolls(database, place, noted, clock))
      .catch((error) => {
        if (isUnavailable(error)) putBack(noted, current());
        onError(error);
      });
  };
  const flush = () => {
    // They are kept until the database is back.
    if (!isOpen(database)) return writing;
    const [noted, pending] = [polls, pendingPolls];
    polls = nothing();
    pendingPolls = nothing();
    write(OF_TARGETS, noted, () => polls);
    write(OF_PENDING, pending, () => pendingPolls);
    return writing;
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();

  return {
    waiting: () => polls.devices.length + pendingPolls.devices.length,
    flush,
    note(device, address, at) {
      if (isPending(device)) return add(pendingPolls, device, at, address);
      add(polls, device, at, address);
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

/** Notes again what couldn't be written, unless a device has polled since. */
function putBack<T extends Polled>(noted: Noted<T>, current: Noted<T>): void {
  for (const [at, device] of noted.devices.entries())
    if (current.devices[device.pollPlace] !== device)
      add(current, device, noted.times[at]!, noted.addresses[at]!);
}

/**
 * The places of the polls, without doubles of devices that were read again. In the order of ids, so that writers can't
 * deadlock.
 */
function placesOf<T extends Polled>({ devices, times }: Noted<T>, idOf: (device: T) => number): number[] {
  const places = new Map<number, number>();
  for (const [at, device] of devices.entries()) {
    const other = places.get(idOf(device));
    if (other === undefined || times[other]! < times[at]!) places.set(idOf(device), at);
  }
  return [...places].sort(([a], [b]) => a - b).map(([, at]) => at);
}

async function writePolls<T extends Polled>(
  database: Database,
  { table, key, idOf }: Place<T>,
  noted: Noted<T>,
  clock: () => Date,
): Promise<void> {
  const { devices, times, addresses } = noted;
  for (const chunk of chunks(placesOf(noted, idOf))) {
    const now = clock().getTime();
    const list = (of: (at: number) => string | number) => arrayOf(chunk.map(of));
    await database.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL synchronous_commit = off`);
      await tx.execute(sql`
        WITH new AS MATERIALIZED (
          SELECT tenant_id, id, now() - age * interval '1 ms' AS at, address
          FROM unnest(${list((at) => devices[at]!.tenant.tenantId)}::bigint[],
                      ${list((at) => idOf(devices[at]!))}::bigint[],
                      ${list((at) => Math.max(now - times[at]!, 0))}::bigint[],
                      ${list((at) => addresses[at]!)}::text[]) AS noted(tenant_id, id, age, address))
        UPDATE ${table} AS poll
        SET last_request_at = GREATEST(LEAST(poll.last_request_at, now()), new.at), address = new.address
        FROM new
        WHERE poll.tenant_id = new.tenant_id AND poll.${key} = new.id ${overAllTenants('poll times')}`);
    });
  }
}

/** A deleted target gets none. */
async function writeFirstPoll(database: Database, device: Device, address: string): Promise<void> {
  await database.execute(sql`
    INSERT INTO target_polls (tenant_id, target_id, last_request_at, address)
    SELECT ${device.tenant.tenantId}::bigint, id, now(), ${address}::text
    FROM targets
    WHERE tenant_id = ${device.tenant.tenantId} AND id = ${device.targetId}
    FOR KEY SHARE
    ON CONFLICT (tenant_id, target_id)
    DO UPDATE SET last_request_at = excluded.last_request_at, address = excluded.address`);
}
