import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { Connection } from './connect.ts';

const CHANNEL = 'muster';
const HEARTBEAT = 'heartbeat:';
const HEARTBEAT_EVERY_MS = 1_000;
const HEARD_WITHIN_MS = 3_000;

export interface Channel {
  /** Sends to all processes on this database, this one included. At most 8,000 bytes. */
  publish(message: string): Promise<void>;
  /** Whether messages arrive: false once our own heartbeat has been missing for 3 s. */
  listening(): boolean;
  close(): Promise<void>;
}

/**
 * Opens LISTEN and NOTIFY on connections of their own. `onGap` is called whenever messages may have been missed:
 * at the start and after every lost connection.
 */
export async function openChannel(
  connection: Connection,
  onMessage: (message: string) => void,
  onGap: () => void,
): Promise<Channel> {
  const options = {
    max: 1,
    prepare: false,
    connection: { application_name: 'muster listener' },
    onnotice: () => {},
  };
  const client =
    typeof connection === 'string' ? postgres(connection, options) : postgres({ ...connection, ...options });
  const heartbeat = HEARTBEAT + randomUUID();
  let heardAt = Number.NEGATIVE_INFINITY;

  await client.listen(
    CHANNEL,
    (message) => {
      if (message === heartbeat) heardAt = performance.now();
      else if (!message.startsWith(HEARTBEAT)) onMessage(message);
    },
    onGap,
  );
  const publish = async (message: string) => {
    await client.notify(CHANNEL, message);
  };
  // A failed heartbeat needs no handling of its own: that it isn't heard is the signal.
  const beat = () => publish(heartbeat).catch(() => {});
  await publish(heartbeat);
  const timer = setInterval(beat, HEARTBEAT_EVERY_MS);
  timer.unref();

  return {
    publish,
    listening: () => performance.now() - heardAt < HEARD_WITHIN_MS,
    close: async () => {
      clearInterval(timer);
      await client.end({ timeout: 5 });
    },
  };
}
