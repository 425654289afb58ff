import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { openLink } from './link.ts';
import { openReconnectingLink } from './reconnecting-link.ts';
import { DatabaseUnavailableError } from './unavailable.ts';

const CHANNEL = 'muster';
const HEARTBEAT = 'heartbeat:';
/** The last that a process says which ends in order. */
const GOODBYE = 'goodbye:';
/** A database that is silent holds up no end. */
const GOODBYE_WITHIN_MS = 1_000;
const HEARTBEAT_EVERY_MS = 1_000;
/** Beats in a row that weren't heard: then the link is given up for another. */
const MISSED_AT_MOST = 2;
const HEARD_WITHIN_MS = 3_000;

export interface NotifyChannel {
  /** Sends to all processes on this database, this one included. At most 8,000 bytes. @throws while there is no link */
  publish(message: string): Promise<void>;
  /** Whether messages arrive: false once our own heartbeat has been missing for 3 s. */
  listening(): boolean;
  close(): Promise<void>;
}

export interface Hearing {
  onMessage(message: string): void;
  /**
   * Messages may have been missed: at the start, after every lost link, and where another process fell silent without
   * a goodbye, as it may have died between a commit and its message. Messages arrive from now on.
   */
  onGap(): void;
}

/** Opens LISTEN and NOTIFY on a link of their own. Resolves once messages arrive. */
export async function openNotifyChannel(
  connection: Connection,
  { onMessage, onGap }: Hearing,
): Promise<NotifyChannel> {
  const self = randomUUID();
  const heartbeat = HEARTBEAT + self;
  const others = openOthers();
  let heardAt = Number.NEGATIVE_INFINITY;
  let heardBefore = heardAt;
  let missed = 0;
  let isBeating = false;
  let opened = () => {};
  const first = new Promise<void>((resolve) => {
    opened = resolve;
  });

  const reconnecting = openReconnectingLink({
    open: (signal) =>
      openLink(connection, {
        name: 'muster listener',
        signal,
        onNotify(message) {
          if (message === heartbeat) heardAt = performance.now();
          else if (message.startsWith(HEARTBEAT)) others.heard(message.slice(HEARTBEAT.length));
          else if (message.startsWith(GOODBYE)) others.left(message.slice(GOODBYE.length));
          else onMessage(message);
        },
      }),
    async onOpen(link) {
      await link.ask(`LISTEN ${CHANNEL}`);
      await link.ask(NOTIFY, [CHANNEL, heartbeat]);
      heardAt = performance.now();
      // What they said while there was no link is missed already.
      others.forget();
      onGap();
      opened();
    },
  });
  const publish = async (message: string) => {
    const link = reconnecting.current();
    if (!link) throw new DatabaseUnavailableError('there is no link for announcements');
    await link.ask(NOTIFY, [CHANNEL, message]);
  };
  /** Whether the last beat was heard is found out by the next. */
  const beat = async () => {
    missed = heardAt === heardBefore ? missed + 1 : 0;
    heardBefore = heardAt;
    if (missed >= MISSED_AT_MOST) reconnecting.renew();
    else if (missed === 0 && others.fellSilent()) onGap();
    if (isBeating) return;
    isBeating = true;
    await publish(heartbeat).catch(() => {});
    isBeating = false;
  };
  const timer = setInterval(beat, HEARTBEAT_EVERY_MS).unref();
  await first;

  return {
    publish,
    listening: () => performance.now() - heardAt < HEARD_WITHIN_MS,
    async close() {
      clearInterval(timer);
      await Promise.race([
        publish(GOODBYE + self).catch(() => {}),
        pause(GOODBYE_WITHIN_MS, undefined, { ref: false }),
      ]);
      await reconnecting.close();
    },
  };
}

/** Which other processes beat, and when each was heard last. */
function openOthers() {
  const heardAt = new Map<string, number>();
  return {
    heard: (id: string) => void heardAt.set(id, performance.now()),
    left: (id: string) => void heardAt.delete(id),
    forget: () => heardAt.clear(),
    /** Whether some have been silent for 3 s; each is told once. */
    fellSilent(): boolean {
      const silent = [...heardAt].filter(([, at]) => performance.now() - at >= HEARD_WITHIN_MS);
      for (const [id] of silent) heardAt.delete(id);
      return silent.length > 0;
    },
  };
}

const NOTIFY = 'SELECT pg_notify($1, $2)';
