import type { SharedCounts } from '../../shared/buckets.ts';
import { type Called, type Guard, openGuard, type Tried } from './guard.ts';
import { type Outcome, type Outgoing, openRequester, type RequesterOptions } from './request.ts';
import type { ReceiverKey } from './slots.ts';

/** Speaks to servers that tenants name by protocols of their own, within bounds. */
export interface Exchanges {
  /** Sends a request; `read` says what its outcome is worth. */
  exchange<T>(
    key: ReceiverKey,
    outgoing: Outgoing,
    read: (outcome: Outcome) => Tried<T> | Promise<Tried<T>>,
    options?: Parameters<Guard['run']>[2],
  ): Promise<Called<T>>;
  /** Requests by what became of them, since the start. */
  counts: ReadonlyMap<string, number>;
  close(): void;
}

export function openExchanges(options: RequesterOptions, shared: SharedCounts): Exchanges {
  const { request, close } = openRequester(options);
  const guard = openGuard({ calls: 'requests to EST servers', counts: shared });
  const counts = new Map<string, number>();
  return {
    counts,
    async exchange(key, outgoing, read, rules) {
      const called = await guard.run(key, async () => read(await request(outgoing)), rules);
      counts.set(called.kind, (counts.get(called.kind) ?? 0) + 1);
      return called;
    },
    close,
  };
}
