import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './connect.ts';
import type { Connection } from './connection.ts';
import { openLink } from './link.ts';
import { openReconnectingLink } from './reconnecting-link.ts';

const CHANNEL = 'muster';
const HEARTBEAT = 'heartbeat:';
/** The last message of a process that ends in an orderly way. */
const GOODBYE = 'goodbye:';
/** A silent database doesn't delay the end. */
const GOODBYE_WITHIN_MS = 1_000;
const HEARTBEAT_EVERY_MS = 1_000;
/** After so many heartbeats in a row that weren't heard, the link is replaced. */
const MISSED_AT_MOST = 2;
const HEARD_WITHIN_MS = 3_000;

export interface NotifyChannel {
  /** Sends to all processes on this database, including this one. At most 8,000 bytes. */
  publish(message: string): Promise<void>;
  /**
   * Whether all messages of more than 3 s ago have arrived: our own heartbeat of since then has, and messages arrive in
   * order. A process that was frozen hears old ones first, and is not listening until it hears a new one.
   */
  listening(): boolean;
  close(): Promise<void>;
}

export interface Hearing {
  onMessage(message: string): void;
  /**
   * Messages may have been missed: at the start, after every lost link, and when another process became silent without
   * a goodbye, because it may have died between a commit and its message. Messages arrive from now on.
   */
  onGap(): void;
}

/**
 * Opens LISTEN and NOTIFY on a separate link. Resolves when messages arrive. While that link is lost, messages are sent
 * by `notifyBy`: who can commit a change can also tell of it.
 */
export async function openNotifyChannel(
  connection: Connection,
  { onMessage, onGap }: Hearing,
  notifyBy: Pick<Client, 'unsafe'>,
): Promise<NotifyChannel> {
  const self = randomUUID();
  const heartbeat = `${HEARTBEAT}${self}:`;
  const others = openOthers();
  /** When the newest heartbeat of ours that was heard was sent. */
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
          if (message.startsWith(heartbeat))
            heardAt = Math.max(heardAt, Number(message.slice(heartbeat.length)));
          else if (message.startsWith(HEARTBEAT)) others.heard(message.split(':')[1]!);
          else if (message.startsWith(GOODBYE)) others.left(message.slice(GOODBYE.length));
          else onMessage(message);
        },
      }),
    async onOpen(link) {
      await link.ask(`LISTEN ${CHANNEL}`);
      heardAt = performance.now();
      await link.ask(NOTIFY, [CHANNEL, heartbeat + heardAt]);
      // Their messages while there was no link are lost in any case.
      others.forget();
      onGap();
      opened();
    },
  });
  const publish = async (message: string) => {
    const text = [CHANNEL, message];
    const sent = reconnecting
      .current()
      ?.ask(NOTIFY, text)
      .then(
        () => true,
        () => false,
      );
    if (!(await sent)) await notifyBy.unsafe(NOTIFY, text);
  };
  /** Each heartbeat checks whether the one before was heard. */
  const beat = async () => {
    missed = heardAt === heardBefore ? missed + 1 : 0;
    heardBefore = heardAt;
    if (missed >= MISSED_AT_MOST) reconnecting.renew();
    else if (missed === 0 && others.fellSilent()) onGap();
    if (isBeating) return;
    isBeating = true;
    // By the link itself: a heartbeat says that it works.
    await reconnecting
      .current()
      ?.ask(NOTIFY, [CHANNEL, heartbeat + performance.now()])
      .catch(() => {});
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

/** The other processes, and when each was heard last. */
function openOthers() {
  const heardAt = new Map<string, number>();
  return {
    heard: (id: string) => void heardAt.set(id, performance.now()),
    left: (id: string) => void heardAt.delete(id),
    forget: () => heardAt.clear(),
    /** Whether any has been silent for 3 s; each is reported once. */
    fellSilent(): boolean {
      const silent = [...heardAt].filter(([, at]) => performance.now() - at >= HEARD_WITHIN_MS);
      for (const [id] of silent) heardAt.delete(id);
      return silent.length > 0;
    },
  };
}

const NOTIFY = 'SELECT pg_notify($1, $2)';
