import { randomUUID } from 'node:crypto';
import { type Channel, openChannel } from '../database/channel.ts';
import type { Connection } from '../database/connect.ts';

/** That targets of a tenant changed; without controllerIds: anything of the tenant may have. */
export interface Announcement {
  tenantId: number;
  controllerIds?: string[];
}

export interface Announcements {
  /** Tells this process at once and the others within milliseconds. To be called after the commit. */
  announce(announcement: Announcement): void;
  /** Hears what any process announces; `everything` when announcements may have been missed. */
  subscribe(listener: { changed(announcement: Announcement): void; everything(): void }): void;
  /** False while other processes' announcements may not arrive: nothing remembered may be trusted then. */
  trustworthy(): boolean;
  close(): Promise<void>;
}

/** Announcements that come together within this time travel as one NOTIFY. */
const COALESCE_MS = 3;
/** PostgreSQL's limit is 8,000 bytes. */
const MESSAGE_BYTES = 7_500;
/** Naming more targets than this costs more than letting the tenant's devices be read again. */
const NAMED_AT_MOST = 1_000;

/** Opens the announcements of this process on the database that all share. */
export async function openAnnouncements(
  connection: Connection,
  onError: (error: unknown) => void,
): Promise<Announcements> {
  const self = randomUUID();
  const listeners: Parameters<Announcements['subscribe']>[0][] = [];
  const tell = (announcement: Announcement) => {
    for (const listener of listeners) listener.changed(announcement);
  };
  const channel = await openChannel(
    connection,
    (message) => {
      const [sender, announcements] = decode(message);
      if (sender !== self) announcements.forEach(tell);
    },
    () => {
      for (const listener of listeners) listener.everything();
    },
  );
  const outbox = openOutbox(self, channel, onError);

  return {
    announce(announcement) {
      if (announcement.controllerIds?.length === 0) return;
      tell(announcement);
      outbox.add(announcement);
    },
    subscribe: (listener) => void listeners.push(listener),
    trustworthy: channel.listening,
    async close() {
      await outbox.flush();
      await channel.close();
    },
  };
}

/** Gathers announcements and sends them in few messages. */
function openOutbox(self: string, channel: Channel, onError: (error: unknown) => void) {
  /** Per tenant the changed controllerIds, or null where all of the tenant is meant. */
  let waiting = new Map<number, Set<string> | null>();
  let timer: NodeJS.Timeout | undefined;

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    for (const message of encode(self, batch)) await channel.publish(message).catch(onError);
  };
  return {
    flush,
    add({ tenantId, controllerIds }: Announcement) {
      timer ??= setTimeout(flush, COALESCE_MS);
      const named = waiting.get(tenantId) ?? new Set<string>();
      if (waiting.get(tenantId) === null) return;
      for (const id of controllerIds ?? []) named.add(id);
      waiting.set(tenantId, controllerIds && named.size <= NAMED_AT_MOST ? named : null);
    },
  };
}

/** A message is a JSON list: the sender, then `[tenantId]` or `[tenantId, controllerId, …]`. */
function* encode(self: string, batch: Map<number, Set<string> | null>): Generator<string> {
  const head = JSON.stringify(self);
  let message = [head];
  let bytes = 0;
  for (const [tenantId, controllerIds] of batch) {
    for (const group of controllerIds ? groups(controllerIds) : [[]]) {
      const entry = JSON.stringify([tenantId, ...group]);
      const size = Buffer.byteLength(entry) + 1;
      if (bytes + size > MESSAGE_BYTES) {
        yield `[${message}]`;
        message = [head];
        bytes = 0;
      }
      message.push(entry);
      bytes += size;
    }
  }
  if (message.length > 1) yield `[${message}]`;
}

/** Groups so small that each fits a message: a controllerId has at most 256 units, 1,536 bytes in JSON. */
function* groups(controllerIds: Set<string>): Generator<string[]> {
  let group: string[] = [];
  let bytes = 0;
  for (const id of controllerIds) {
    const size = Buffer.byteLength(JSON.stringify(id)) + 1;
    if (bytes + size > MESSAGE_BYTES / 2 && group.length) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(id);
    bytes += size;
  }
  if (group.length) yield group;
}

function decode(message: string): [sender: string, Announcement[]] {
  const [sender, ...entries] = JSON.parse(message) as [string, ...[number, ...string[]][]];
  const announcements = entries.map(([tenantId, ...controllerIds]) =>
    controllerIds.length ? { tenantId, controllerIds } : { tenantId },
  );
  return [sender, announcements];
}
