import type { SharedCounts } from '../../shared/buckets.ts';
import type { Secrets } from '../../shared/secrets.ts';
import { type Called, openGuard, readTaken } from './guard.ts';
import type { Message, Sender } from './send.ts';
import type { ReceiverKey } from './slots.ts';

export interface Receiver {
  key: ReceiverKey;
  url: string;
  /** As it is stored. */
  secret: string;
}

/** Asks receivers by signed messages and waits for what they say, within a bounded time. */
export interface Calls {
  /**
   * Calls a receiver. `read` makes something of its answer; a domain error it throws counts as a failure of the receiver.
   * `evenResting` asks one that is left alone, too.
   */
  call<T>(
    receiver: Receiver,
    message: Message,
    read: (text: string) => Promise<T>,
    options?: { evenResting?: boolean },
  ): Promise<Called<T>>;
  close(): void;
}

export function openCalls(
  sender: Sender,
  secrets: Pick<Secrets, 'open'>,
  counts: SharedCounts,
  now?: () => number,
): Calls {
  const guard = openGuard({ calls: 'calls of hooks', counts, now });
  return {
    call: ({ key, url, secret }, message, read, options) =>
      guard.run(
        key,
        async () => {
          const outcome = await sender.send({ url, secret: secrets.open(secret) }, message);
          return readTaken(outcome, message.answerBytes, read);
        },
        options,
      ),
    close: sender.close,
  };
}
