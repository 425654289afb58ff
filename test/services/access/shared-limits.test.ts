import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { unauthenticated } from '../../../src/errors.ts';
import { openAttempts, openFailures } from '../../../src/services/access/attempts.ts';
import { openFairShares } from '../../../src/services/access/fair-shares.ts';
import { openGuesses } from '../../../src/services/access/guesses.ts';
import { openRequestLimits } from '../../../src/services/access/request-limits.ts';
import { openWrites } from '../../../src/services/devices/reports/writes.ts';
import type { Tenant } from '../../../src/services/platform/tenants/registry.ts';
import { openBuckets, type SharedCounts } from '../../../src/services/shared/buckets.ts';
import type { Caller } from '../../../src/services/shared/context.ts';
import { openTestPlatform, type TestPlatform } from '../../support/platform.ts';

/* Limits that four processes on one database have together. */

let processes: TestPlatform[];
beforeAll(async () => {
  processes = await Promise.all([1, 2, 3, 4].map(() => openTestPlatform()));
});
afterAll(() => Promise.all(processes.map((each) => each.close())));

type Open<T> = (counts: SharedCounts, now: () => number) => T;
/** What each process opens, under a clock that stands still. */
const openInEach = <T>(open: Open<T>): T[] =>
  processes.map(({ platform }) => open(platform.announcements, () => 1_000));

let marks = 0;
/** Waits until each process has heard all that the others have told. */
async function allHeard() {
  const limit = `mark ${marks++}`;
  const all = openInEach((counts, now) =>
    openBuckets({ limit, counts, holds: 10, perMs: 0, remembered: 1, now }),
  );
  for (const mark of all) mark.spend('', 1);
  await vi.waitFor(() => expect(all.map((mark) => mark.leftIn(''))).toEqual([6, 6, 6, 6]), {
    timeout: 10_000,
    interval: 1,
  });
}

/** How much goes through if each process in turn is asked for an eighth of the limit, until each was asked for all of it. */
async function taken(limit: number, tries: (() => unknown)[]): Promise<number> {
  let count = 0;
  for (let round = 0; round < 8; round++)
    for (const attempt of tries) {
      for (let n = 0; n < Math.ceil(limit / 8); n++)
        try {
          await attempt();
          count++;
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^(TOO_MANY_.*|SIGN_IN_THROTTLED)$/);
        }
      await allHeard();
    }
  return count;
}

let named = 0;
const another = () => `${named++}`;
const wrongPassword =
  (attemptedOf: () => { account: string; address: string }): Open<() => unknown> =>
  (counts, now) => {
    const attempts = openAttempts(counts, now);
    const check = async () => {
      throw unauthenticated();
    };
    return () =>
      attempts.attempt(attemptedOf(), check).catch((error) => {
        if (error.code !== 'UNAUTHENTICATED') throw error;
      });
  };
const wrongCode =
  (guesserOf: () => { tenantId: number; username: string; address: string }): Open<() => unknown> =>
  (counts, now) => {
    const guesses = openGuesses(counts, now);
    const isWrong = (error: unknown) => (error as { code: string }).code === 'UNAUTHENTICATED';
    const check = async () => {
      throw unauthenticated();
    };
    return () =>
      guesses.attempt(guesserOf(), check, isWrong).catch((error) => {
        if (!isWrong(error)) throw error;
      });
  };
const limitsOf = (counts: SharedCounts, rates: object, now: () => number) =>
  openRequestLimits(counts, { address: 0, credential: 0, tenant: 0, ...rates }, now, openFairShares());
const caller = (username: string) => ({ tenantId: 1, username, kind: 'USER' }) as Caller;

it.each<[string, number, Open<() => unknown>]>([
  [
    'wrong passwords of an account from a network',
    5,
    wrongPassword(() => ({ account: 'a', address: '192.0.2.1' })),
  ],
  ['wrong passwords from a network', 50, wrongPassword(() => ({ account: another(), address: '192.0.2.2' }))],
  ['wrong passwords of an account', 100, wrongPassword(() => ({ account: 'b', address: another() }))],
  ['wrong codes of an account', 10, wrongCode(() => ({ tenantId: 1, username: 'a', address: another() }))],
  [
    'wrong codes from a network',
    30,
    wrongCode(() => ({ tenantId: 2, username: another(), address: '192.0.2.1' })),
  ],
  [
    'wrong codes of a tenant',
    100,
    wrongCode(() => ({ tenantId: 3, username: another(), address: another() })),
  ],
  [
    'wrong tokens',
    300,
    (counts, now) => {
      const failures = openFailures(counts, { of: 'tokens', atOnce: 300, perSecond: 10 }, now);
      return () => {
        failures.requireFew('192.0.2.1');
        failures.count('192.0.2.1');
      };
    },
  ],
  [
    'requests from an address',
    1_000,
    (counts, now) => {
      const limits = limitsOf(counts, { address: 100 }, now);
      return () => limits.countAddress('192.0.2.1');
    },
  ],
  [
    'requests with a credential',
    100,
    (counts, now) => {
      const limits = limitsOf(counts, { credential: 10 }, now);
      return () => limits.countCaller(caller('a'));
    },
  ],
  [
    'requests of a tenant',
    500,
    (counts, now) => {
      const limits = limitsOf(counts, { tenant: 50 }, now);
      return () => limits.countCaller(caller(another()));
    },
  ],
  [
    'reports of a device',
    1_200,
    (counts, now) => {
      const writes = openWrites(counts, { atOnce: 1_200, perMinute: 60 }, now);
      const device = { tenant: { tenantId: 1 } as Tenant, targetId: 1 };
      return () => {
        writes.requireRoom(device);
        writes.count(device, 1);
      };
    },
  ],
])('bound %s', async (_, limit, open) => {
  const count = await taken(limit, openInEach(open));
  expect(count).toBeGreaterThanOrEqual(limit);
  // Of a large limit each other process may have a fiftieth that it hasn't told.
  expect(count).toBeLessThanOrEqual(limit + 3 * Math.max(0, Math.ceil(limit / 50) - 1));
});

it('forget wrong passwords after a right one, and all know where it came from', async () => {
  const [here, there, third] = openInEach((counts, now) => openAttempts(counts, now)) as Attempts[];
  const attempt = (attempts: Attempts | undefined, address: string, right: boolean) =>
    attempts!
      .attempt({ account: 'forgetful', address }, async () => {
        if (!right) throw unauthenticated();
        return 'in';
      })
      .catch(({ code }) => code);
  for (let n = 0; n < 4; n++) expect(await attempt(here, '192.0.2.1', false)).toBe('UNAUTHENTICATED');
  expect(await attempt(here, '192.0.2.1', true)).toBe('in');
  await allHeard();
  for (let n = 0; n < 4; n++) expect(await attempt(there, '192.0.2.1', false)).toBe('UNAUTHENTICATED');
  expect(await attempt(there, '192.0.2.1', true)).toBe('in');
  // Guessed at from everywhere else.
  for (let n = 0; n < 120; n++) await attempt(here, `198.51.100.${n}`, false);
  await allHeard();
  expect(await attempt(third, '203.0.113.1', true)).toBe('SIGN_IN_THROTTLED');
  expect(await attempt(third, '192.0.2.1', true)).toBe('in');
});
type Attempts = ReturnType<typeof openAttempts>;

it('tell each other nothing of few reports', async () => {
  const announced = vi.spyOn(processes[0]!.platform.announcements, 'announceCounted');
  const [writes] = openInEach((counts, now) => openWrites(counts, { atOnce: 1_200, perMinute: 60 }, now));
  for (let targetId = 10; targetId < 20; targetId++)
    for (let n = 0; n < 20; n++) writes!.count({ tenant: { tenantId: 1 } as Tenant, targetId }, 1);
  expect(announced).not.toHaveBeenCalled();
  announced.mockRestore();
});
