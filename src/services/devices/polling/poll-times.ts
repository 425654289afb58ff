import { type SQL, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import { type Database, isOpen, type Transaction } from '../../../database/connect.ts';
import { isUnavailable } from '../../../database/unavailable.ts';
import { openPollCounts } from '../../fleet/history/poll-counts.ts';
import type { CredentialUse } from '../sign-in/credential-use.ts';
import { isPending, type PendingDevice } from '../sign-in/pending-device.ts';
import type { Twins } from '../sign-in/twins.ts';
import { newCredentialUses, timeOf, writeCredentialUses } from './credential-uses.ts';
import type { Device, Polled } from './device.ts';
import { type NotedPolls, noPolls, notePoll } from './noted-polls.ts';
import { writeSides } from './poll-sides.ts';

const WRITE_EVERY_MS = 1_000;

export interface PollTimes {
  /**
   * Remembers a request, to be written within a second. A crash loses it. A poll has `use`: whether two devices poll by
   * one name shows in with what and from where their polls come.
   */
  note(device: Device | PendingDevice, address: string, at: number, use?: CredentialUse): void;
  /** Writes a device's first poll now, and what it signed in with. */
  writeFirst(device: Device, address: string, use: CredentialUse | undefined): Promise<void>;
  /** Remembers that a device signs in with something else than before, to be written with its poll. */
  noteUse(device: Device): void;
  /** How many are not written yet. */
  waiting(): number;
  /** Writes what is collected. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The table where polls of a kind of device are noted. */
interface Place<T extends Polled> {
  table: SQL;
  key: SQL;
  idOf: (device: T) => number;
  /** What else is written of polls that are in their rows now. */
  also?: (
    tx: Transaction,
    polls: NotedPolls<T>,
    places: readonly number[],
    suspect: Twins['suspect'],
  ) => Promise<void>;
}
const OF_TARGETS: Place<Device> = {
  table: sql`target_polls`,
  key: sql`target_id`,
  idOf: ({ targetId }) => targetId,
  also: writeSides,
};
const OF_PENDING: Place<PendingDevice> = {
  table: sql`pending_targets`,
  key: sql`id`,
  idOf: ({ pendingId }) => pendingId,
};

interface Options {
  clock: () => Date;
  onError: (error: unknown) => void;
  /** Hears of devices that seem to have twins. */
  suspect: Twins['suspect'];
}

/**
 * Gathers the polls of all devices, the newest of each, and writes them once a second: the one thing that may be lost
 * by a crash, as it is most of all writes and worth the least. How long ago a poll was is written, for the database to
 * take from its own time: the clocks of processes may differ, and one that is ahead would hide who is overdue.
 */
export function openPollTimes(database: Database, { clock, onError, suspect }: Options): PollTimes {
  const counts = openPollCounts(database, clock, onError);
  let polls = noPolls<Device>();
  let pendingPolls = noPolls<PendingDevice>();
  const uses = newCredentialUses();
  let writing: Promise<void> = Promise.resolve();

  const write = <T extends Polled>(place: Place<T>, noted: NotedPolls<T>, current: () => NotedPolls<T>) => {
    if (!noted.devices.length) return;
    writing = writing
      .then(() => writePolls(database, place, noted, { clock, suspect }))
      .catch((error) => {
        if (isUnavailable(error)) putBack(noted, current());
        onError(error);
      });
  };
  const writeUses = () => {
    const changed = uses.take();
    if (!changed.size) return;
    writing = writing
      .then(() => writeCredentialUses(database, changed))
      .catch((error) => {
        if (isUnavailable(error)) for (const device of changed) uses.note(device);
        onError(error);
      });
  };
  const flush = () => {
    // They are kept until the database is back.
    if (!isOpen(database)) return writing;
    const [noted, pending] = [polls, pendingPolls];
    polls = noPolls();
    pendingPolls = noPolls();
    write(OF_TARGETS, noted, () => polls);
    write(OF_PENDING, pending, () => pendingPolls);
    writeUses();
    return writing;
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();

  return {
    noteUse: uses.note,
    waiting: () => polls.devices.length + pendingPolls.devices.length,
    flush,
    note(device, address, time, use) {
      if (isPending(device)) return notePoll(pendingPolls, device, { time, address, use });
      notePoll(polls, device, { time, address, use });
      counts.count(device.tenant.tenantId);
    },
    async writeFirst(device, address, use) {
      await writeFirstPoll(database, device, { address, use });
      device.seen = true;
      device.use = use ?? device.use;
      counts.count(device.tenant.tenantId);
    },
    async close() {
      clearInterval(timer);
      await Promise.all([flush(), counts.close()]);
    },
  };
}

/** Notes again what couldn't be written, unless a device has polled since. */
function putBack<T extends Polled>(noted: NotedPolls<T>, current: NotedPolls<T>): void {
  for (const [at, device] of noted.devices.entries())
    if (current.devices[device.pollPlace] !== device)
      notePoll(current, device, {
        time: noted.times[at]!,
        address: noted.addresses[at]!,
        use: noted.uses[at],
      });
}

/**
 * The places of the polls, without doubles of devices that were read again. In the order of ids, so that writers can't
 * deadlock.
 */
function placesOf<T extends Polled>(
  { devices, times }: NotedPolls<T>,
  idOf: (device: T) => number,
): number[] {
  const places = new Map<number, number>();
  for (const [at, device] of devices.entries()) {
    const other = places.get(idOf(device));
    if (other === undefined || times[other]! < times[at]!) places.set(idOf(device), at);
  }
  return [...places].sort(([a], [b]) => a - b).map(([, at]) => at);
}

async function writePolls<T extends Polled>(
  database: Database,
  { table, key, idOf, also }: Place<T>,
  noted: NotedPolls<T>,
  { clock, suspect }: Pick<Options, 'clock' | 'suspect'>,
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
      await also?.(tx, noted, chunk, suspect);
    });
  }
}

/** A deleted target gets none. */
async function writeFirstPoll(
  database: Database,
  device: Device,
  { address, use }: { address: string; use: CredentialUse | undefined },
): Promise<void> {
  await database.execute(sql`
    INSERT INTO target_polls AS poll (tenant_id, target_id, last_request_at, address, credential, credential_expires_at)
    SELECT ${device.tenant.tenantId}::bigint, id, now(), ${address}::text, ${use?.kind ?? null}::text,
      ${timeOf(use?.until)}::timestamptz
    FROM targets
    WHERE tenant_id = ${device.tenant.tenantId} AND id = ${device.targetId}
    FOR KEY SHARE
    ON CONFLICT (tenant_id, target_id)
    DO UPDATE SET last_request_at = excluded.last_request_at, address = excluded.address,
      credential = coalesce(excluded.credential, poll.credential),
      credential_expires_at = CASE WHEN excluded.credential IS NULL THEN poll.credential_expires_at
        ELSE excluded.credential_expires_at END`);
}
