import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openSharedClock } from '../../src/database/clock.ts';

const HOUR = 3_600_000;
let told: (number | undefined)[];
/** What the database says: its clock is right. */
let base: number;
const right = () => base + performance.now();
/** Sets this machine's clock. */
const ownIsAhead = (ms: number) => vi.setSystemTime(right() + ms);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  base = Date.now() - performance.now();
  told = [];
});
afterEach(() => void vi.useRealTimers());

const open = () => openSharedClock((ahead) => void told.push(ahead && Math.round(ahead / 60_000)));
const hear = (clock: ReturnType<typeof open>) => clock.hear(right(), performance.now());
const errorOf = (clock: ReturnType<typeof open>) => Math.abs(clock.now().getTime() - right());

it("is this machine's clock while that agrees with the database's", () => {
  const clock = open();
  ownIsAhead(300);
  hear(clock);
  expect(clock.now().getTime()).toBe(Date.now());
  expect(told).toEqual([]);
});

it.each([HOUR, -HOUR])('goes by the database where the own clock is %i ms ahead', (ahead) => {
  ownIsAhead(ahead);
  const clock = open();
  hear(clock);
  expect(errorOf(clock)).toBeLessThan(100);
  ownIsAhead(0);
  hear(clock);
  expect(errorOf(clock)).toBeLessThan(100);
  expect(told).toEqual([ahead / 60_000, undefined]);
});

it('does not jump with the own clock, also before the database is asked again', () => {
  const clock = open();
  hear(clock);
  for (const ahead of [HOUR, -HOUR, 13 * HOUR]) {
    ownIsAhead(ahead);
    expect(errorOf(clock)).toBeLessThan(100);
  }
  hear(clock);
  expect(told).toEqual([13 * 60]);
});

it("jumps with the database's clock, which all servers share", () => {
  const clock = open();
  hear(clock);
  base += HOUR;
  expect(errorOf(clock)).toBeGreaterThan(HOUR - 100);
  hear(clock);
  expect(errorOf(clock)).toBeLessThan(100);
});

it('does not take an answer that was long on its way for another time', () => {
  const clock = open();
  hear(clock);
  // Asked ten seconds ago, answered at some moment since.
  clock.hear(right() - 6_000, performance.now() - 10_000);
  expect(told).toEqual([]);
  expect(errorOf(clock)).toBeLessThan(100);
});
