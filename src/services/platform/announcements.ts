import { randomUUID } from 'node:crypto';
import { type NotifyChannel, openNotifyChannel } from '../../database/channel.ts';
import type { Connection } from '../../database/connection.ts';

/**
 * What happened: to the targets named, or, `settings`, to accounts and configuration but to no target. `reported`: to
 * what is noted of their actions, and to nothing that anybody remembers.
 */
export type ChangeKind = 'updated' | 'created' | 'deleted' | 'settings' | 'reported';

/** That targets of a tenant changed; without controllerIds: anything of the tenant may have. */
export interface Announcement {
  tenantId: number;
  controllerIds?: readonly string[];
  /** `updated` unless told. */
  kind?: ChangeKind;
  /** For deleted targets, in addition to their controllerIds: they can't be looked up any more. */
  targetIds?: readonly number[];
}

/** That these rollouts of a tenant changed, or how far they are. */
export interface RolloutAnnouncement {
  tenantId: number;
  rolloutIds: readonly number[];
}

export interface AnnouncementListener {
  /** Something that may be remembered isn't so any more. Never called for what is new only. */
  changed(announcement: Announcement): void;
  /** Targets are new; without controllerIds: more than are named. Nothing remembered is wrong for it. */
  created?(announcement: Announcement): void;
  /** Nothing that is remembered of targets is wrong for it. */
  rollouts?(announcement: RolloutAnnouncement): void;
  /** Devices reported something; without controllerIds: more did than are named. */
  reported?(announcement: Announcement): void;
  /** Announcements may have been missed. */
  everything(): void;
}

export interface Announcements {
  /** Tells this process at once and the others within milliseconds. To be called after the commit. */
  announce(announcement: Announcement): void;
  announceRollouts(announcement: RolloutAnnouncement): void;
  /** Hears what any process announces. */
  subscribe(listener: AnnouncementListener): void;
  /** False while other processes' announcements may not arrive: nothing remembered may be trusted then. */
  trustworthy(): boolean;
  close(): Promise<void>;
}

/** Announcements that come together within this time travel as one NOTIFY. */
const COALESCE_MS = 3;
/** PostgreSQL's limit is 8,000 bytes. */
const MESSAGE_BYTES = 7_500;
/** Naming more targets than this costs more than letting the tenant's devices be read again. */
export const NAMED_AT_MOST = 1_000;
/** How many creations and reports of a tenant are named in a second: naming more costs time, and no cache has them. */
const NAMED_A_SECOND = 2_000;

/**
 * Opens the announcements of this process on the database that all share. `isAway` says whether the database's server
 * is away, so that nobody can change anything.
 */
export async function openAnnouncements(
  connection: Connection,
  onError: (error: unknown) => void,
  isAway = () => false,
): Promise<Announcements> {
  const self = randomUUID();
  const listeners: AnnouncementListener[] = [];
  const tell = (announcement: Announcement | RolloutAnnouncement) => {
    for (const listener of listeners)
      if ('rolloutIds' in announcement) listener.rollouts?.(announcement);
      else if (announcement.kind === 'created') listener.created?.(announcement);
      else if (announcement.kind === 'reported') listener.reported?.(announcement);
      else listener.changed(announcement);
  };
  let outbox: ReturnType<typeof openOutbox> | undefined;
  const channel = await openNotifyChannel(connection, {
    onMessage(message) {
      const [sender, announcements] = decode(message);
      if (sender !== self) announcements.forEach(tell);
    },
    onGap() {
      for (const listener of listeners) listener.everything();
      outbox?.makeUp();
    },
  });
  outbox = openOutbox(self, channel, onError);

  return {
    announce(change) {
      if (change.controllerIds?.length === 0) return;
      const announcement = limited(change);
      tell(announcement);
      outbox.add(announcement);
    },
    announceRollouts(announcement) {
      if (!announcement.rolloutIds.length) return;
      tell(announcement);
      outbox.addRollouts(announcement);
    },
    subscribe: (listener) => void listeners.push(listener),
    trustworthy: () => channel.listening() || isAway(),
    async close() {
      await outbox.flush();
      await channel.close();
    },
  };
}

/** Leaves the names out where one announcement has too many. */
function limited(announcement: Announcement): Announcement {
  const { tenantId, kind, controllerIds } = announcement;
  if (!controllerIds || controllerIds.length <= NAMED_AT_MOST) return announcement;
  return kind === 'created' || kind === 'reported' ? { tenantId, kind } : { tenantId };
}

/** Whether a tenant may still name so many in this second. */
function namingLimit(): (tenantId: number, count: number) => boolean {
  let second = 0;
  let named = new Map<number, number>();
  return (tenantId, count) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) named = new Map();
    second = now;
    const sum = (named.get(tenantId) ?? 0) + count;
    named.set(tenantId, sum);
    return sum <= NAMED_A_SECOND;
  };
}

/** What is to be announced for one tenant. */
interface Waiting {
  everything: boolean;
  settings: boolean;
  manyCreated: boolean;
  manyReported: boolean;
  updated: Set<string>;
  created: Set<string>;
  reported: Set<string>;
  /** controllerIds by target id. */
  deleted: Map<number, string>;
  rollouts: Set<number>;
}

/** Gathers announcements and sends them in few messages. */
function openOutbox(self: string, channel: NotifyChannel, onError: (error: unknown) => void) {
  let waiting = new Map<number, Waiting>();
  /** Tenants of which something couldn't be sent. */
  const unsent = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  const mayNameCreated = namingLimit();
  const mayNameReported = namingLimit();

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    try {
      for (const message of encode(self, batch)) await channel.publish(message);
    } catch (error) {
      for (const tenantId of batch.keys()) unsent.add(tenantId);
      onError(error);
    }
  };
  const waitingOf = (tenantId: number): Waiting => {
    timer ??= setTimeout(flush, COALESCE_MS);
    const tenant: Waiting = waiting.get(tenantId) ?? {
      everything: false,
      settings: false,
      manyCreated: false,
      manyReported: false,
      updated: new Set(),
      created: new Set(),
      reported: new Set(),
      deleted: new Map(),
      rollouts: new Set(),
    };
    waiting.set(tenantId, tenant);
    return tenant;
  };
  return {
    flush,
    /** Others may go on by what they remember: what they weren't told of is anything. */
    makeUp() {
      for (const tenantId of unsent) waitingOf(tenantId).everything = true;
      unsent.clear();
    },
    addRollouts({ tenantId, rolloutIds }: RolloutAnnouncement) {
      for (const id of rolloutIds) waitingOf(tenantId).rollouts.add(id);
    },
    add({ tenantId, controllerIds, kind, targetIds }: Announcement) {
      const tenant = waitingOf(tenantId);
      if (kind === 'settings') tenant.settings = true;
      else if (kind === 'created' && !(controllerIds && mayNameCreated(tenantId, controllerIds.length)))
        tenant.manyCreated = true;
      else if (kind === 'reported' && !(controllerIds && mayNameReported(tenantId, controllerIds.length)))
        tenant.manyReported = true;
      else if (!controllerIds) tenant.everything = true;
      else if (kind === 'created') for (const id of controllerIds) tenant.created.add(id);
      else if (kind === 'reported') for (const id of controllerIds) tenant.reported.add(id);
      else if (kind === 'deleted')
        for (const [index, id] of controllerIds.entries()) tenant.deleted.set(targetIds?.[index] ?? -1, id);
      else for (const id of controllerIds) tenant.updated.add(id);
      if (tenant.updated.size + tenant.deleted.size > NAMED_AT_MOST) tenant.everything = true;
    },
  };
}

/**
 * An entry of a message: the tenant, a letter and what is named: `[1, "*"]` everything, `[1, "s"]` settings,
 * `[1, "c", …]` created (none named: many), `[1, "u", …]` updated, `[1, "d", targetId, controllerId, …]` deleted,
 * `[1, "p", …]` reported (none named: many), `[1, "r", …]` rollouts.
 */
type Entry = [tenantId: number, letter: string, ...names: (string | number)[]];

/** A message is a JSON list: the sender, then entries. */
function* encode(self: string, batch: Map<number, Waiting>): Generator<string> {
  const head = JSON.stringify(self);
  let message = [head];
  let bytes = 0;
  for (const entry of entriesOf(batch)) {
    const text = JSON.stringify(entry);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > MESSAGE_BYTES) {
      yield `[${message}]`;
      message = [head];
      bytes = 0;
    }
    message.push(text);
    bytes += size;
  }
  if (message.length > 1) yield `[${message}]`;
}

function* entriesOf(batch: Map<number, Waiting>): Generator<Entry> {
  for (const [tenantId, tenant] of batch) {
    for (const group of groups(tenant.rollouts)) yield [tenantId, 'r', ...group];
    if (tenant.everything) {
      yield [tenantId, '*'];
      continue;
    }
    if (tenant.settings) yield [tenantId, 's'];
    // What was deleted comes first: a controllerId may have been taken again.
    for (const group of groups([...tenant.deleted])) yield [tenantId, 'd', ...group.flat()];
    if (tenant.manyCreated) yield [tenantId, 'c'];
    else for (const group of groups(tenant.created)) yield [tenantId, 'c', ...group];
    for (const group of groups(tenant.updated)) yield [tenantId, 'u', ...group];
    if (tenant.manyReported) yield [tenantId, 'p'];
    else for (const group of groups(tenant.reported)) yield [tenantId, 'p', ...group];
  }
}

/** Groups so small that each fits a message: a controllerId has at most 256 units, 1,536 bytes in JSON. */
function* groups<T>(names: Iterable<T>): Generator<T[]> {
  let group: T[] = [];
  let bytes = 0;
  for (const name of names) {
    const size = Buffer.byteLength(JSON.stringify(name)) + 1;
    if (bytes + size > MESSAGE_BYTES / 2 && group.length) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(name);
    bytes += size;
  }
  if (group.length) yield group;
}

function decode(message: string): [sender: string, (Announcement | RolloutAnnouncement)[]] {
  const [sender, ...entries] = JSON.parse(message) as [string, ...Entry[]];
  return [sender, entries.map(announcementOf)];
}

function announcementOf([tenantId, letter, ...names]: Entry): Announcement | RolloutAnnouncement {
  const controllerIds = names.filter((name) => typeof name === 'string');
  const targetIds = names.filter((name) => typeof name === 'number');
  switch (letter) {
    case 'r':
      return { tenantId, rolloutIds: names.map(Number) };
    case 's':
      return { tenantId, kind: 'settings' };
    case 'c':
      return { tenantId, kind: 'created', ...(controllerIds.length && { controllerIds }) };
    case 'p':
      return { tenantId, kind: 'reported', ...(controllerIds.length && { controllerIds }) };
    case 'u':
      return { tenantId, kind: 'updated', controllerIds };
    case 'd':
      return { tenantId, kind: 'deleted', controllerIds, targetIds };
    default:
      return { tenantId };
  }
}
