import { DomainError } from '../../../errors.ts';
import { boundedCache } from '../../shared/bounded-cache.ts';
import type { SharedCounts } from '../../shared/buckets.ts';
import type { Outcome } from './request.ts';
import { nameOfReceiver, openSlots, type ReceiverKey } from './slots.ts';
import { openUnderWayElsewhere } from './under-way.ts';

/** What a receiver said, or why it counts as failing. */
export type Tried<T> = { kind: 'answered'; value: T } | { kind: 'failed'; reason: string };

/** Reads the answer of a receiver that took a request, if all of its at most `answerBytes` bytes have come. */
export async function readTaken<T>(
  { error, text }: Outcome,
  answerBytes: number | undefined,
  read: (text: string) => T | Promise<T>,
): Promise<Tried<T>> {
  if (error !== null) return { kind: 'failed', reason: error };
  if (text === undefined)
    return { kind: 'failed', reason: `its answer is not whole, or longer than ${answerBytes} bytes` };
  return { kind: 'answered', value: await read(text) };
}

/** What became of a call. */
export type Called<T> =
  | Tried<T>
  /** Nothing was sent: as many calls as there may be are under way. */
  | { kind: 'busy' }
  /** Nothing was sent: the receiver failed before and is left alone for a while, in milliseconds. */
  | { kind: 'resting'; ms: number };

/** Bounds the calls to receivers, and leaves those alone that fail again and again. */
export interface Guard {
  /**
   * Calls a receiver by `ask`, unless it is busy or rests. A domain error that it throws counts as a failure of the
   * receiver. `evenResting` asks one that is left alone, too.
   */
  run<T>(
    key: ReceiverKey,
    ask: () => Promise<Tried<T>>,
    options?: { evenResting?: boolean },
  ): Promise<Called<T>>;
}

/** Calls of either kind, to quick and to slow receivers. Those of one receiver are counted in all processes together. */
const SLOTS = { places: 64, ofTenant: 16, ofReceiver: 8, slowAfterMs: 1_000 };
/** Failures in a row after which a receiver is left alone. */
const FAILURES = 5;
const REST_MS = 5_000;
const LONGEST_REST_MS = 60_000;
/** Failing receivers that are remembered. */
const REMEMBERED = 10_000;

interface Trouble {
  failures: number;
  restsUntil: number;
  /** After a rest one call finds out whether it is over; meanwhile there is no other. */
  isTried: boolean;
}

interface GuardOptions {
  /** What the calls are named between processes. */
  calls: string;
  counts: SharedCounts;
  /** In milliseconds. */
  now?: (() => number) | undefined;
}

export function openGuard({ calls, counts, now = () => performance.now() }: GuardOptions): Guard {
  const elsewhere = openUnderWayElsewhere(counts, calls, now);
  const slots = openSlots({ ...SLOTS, elsewhere: elsewhere.count, now });
  const troubles = boundedCache<string, Trouble>(REMEMBERED);

  const noteFailure = (name: string) => {
    const failures = (troubles.get(name)?.failures ?? 0) + 1;
    const rest = Math.min(REST_MS * 2 ** Math.max(failures - FAILURES, 0), LONGEST_REST_MS);
    const restsUntil = failures < FAILURES ? 0 : now() + rest;
    troubles.set(name, { failures, restsUntil, isTried: false });
  };

  return {
    async run(key, ask, { evenResting = false } = {}) {
      const name = nameOfReceiver(key);
      const trouble = troubles.get(name);
      const rests = trouble !== undefined && trouble.failures >= FAILURES;
      if (rests && !evenResting && (trouble.isTried || now() < trouble.restsUntil))
        return { kind: 'resting', ms: Math.max(trouble.restsUntil - now(), REST_MS) };
      const slot = slots.take(key);
      if (!slot) return { kind: 'busy' };
      const tellEnd = elsewhere.begin(name);
      if (rests) trouble.isTried = true;
      try {
        const called = await ask().catch(failureOf);
        if (called.kind === 'answered') troubles.delete(name);
        // Those that were under way when a rest began say nothing new.
        else if (rests || (troubles.get(name)?.failures ?? 0) < FAILURES) noteFailure(name);
        return called;
      } finally {
        if (rests) trouble.isTried = false;
        slot.free();
        tellEnd();
      }
    },
  };
}

function failureOf(error: unknown): Tried<never> {
  if (!(error instanceof DomainError)) throw error;
  return { kind: 'failed', reason: error.message };
}
