import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DatabaseUnavailableError } from '../../../../src/database/unavailable.ts';
import { openRecounts } from '../../../../src/services/platform/live/recounts.ts';

/* When it is counted, under a clock that is moved by hand. */

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Recounts that take so long, and when each began. */
function open(takesMs = 0) {
  const began: number[] = [];
  let watched = true;
  let failure: Error | undefined;
  const logged: unknown[] = [];
  const recounts = openRecounts({
    isWatched: () => watched,
    async count() {
      began.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, takesMs));
      if (failure) throw failure;
    },
    log: (error) => void logged.push(error),
  });
  const start = performance.now();
  return {
    recounts,
    logged,
    began: () => began.map((at) => Math.round(at - start)),
    leave: () => {
      watched = false;
    },
    fail: (error: Error | undefined) => {
      failure = error;
    },
  };
}
const changeEvery = async (ms: number, times: number, { onChange }: { onChange(): void }) => {
  for (let n = 0; n < times; n++) {
    onChange();
    await vi.advanceTimersByTimeAsync(ms);
  }
};

it('counts at once, and then once a second however much changes', async () => {
  const { recounts, began } = open();
  await changeEvery(10, 350, recounts);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(began()).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
});

it('counts for a fifth of the time at most', async () => {
  const { recounts, began } = open(1_000);
  await changeEvery(100, 120, recounts);
  expect(began()).toEqual([0, 5_000, 10_000]);
});

it('counts again where it failed, and soon where the database was away', async () => {
  const { recounts, began, fail, logged } = open(1_000);
  fail(new Error('broken'));
  recounts.onChange();
  await vi.advanceTimersByTimeAsync(1_500);
  fail(new DatabaseUnavailableError('away'));
  await vi.advanceTimersByTimeAsync(5_000);
  fail(undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  // Timers wait for a whole millisecond.
  expect(began()).toEqual([0, 5_000, expect.closeTo(6_000, -1)]);
  expect(logged).toHaveLength(2);
});

it('counts no more once nobody watches', async () => {
  const { recounts, began, leave } = open();
  await changeEvery(10, 10, recounts);
  leave();
  recounts.onRemove();
  await changeEvery(1_000, 10, recounts);
  expect(began()).toEqual([0]);
});
