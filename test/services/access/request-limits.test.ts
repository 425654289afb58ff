import { expect, it } from 'vitest';
import { openFailures } from '../../../src/services/access/attempts.ts';
import { openFairShares } from '../../../src/services/access/fair-shares.ts';
import { openRequestLimits } from '../../../src/services/access/request-limits.ts';
import type { Caller } from '../../../src/services/shared/context.ts';
import { ALONE } from '../../support/alone.ts';

const callerOf = (tenantId: number, username: string, apiKeyId?: number) =>
  ({ tenantId, username, kind: apiKeyId ? 'API_KEY' : 'USER', apiKeyId }) as Caller;

/** How many of these calls go through, and what the first other is told. */
function through(count: number, call: () => void) {
  let allowed = 0;
  for (let n = 0; n < count; n++)
    try {
      call();
      allowed++;
    } catch (error) {
      const { code, details } = error as { code: string; details: { retryAfter: number } };
      return { allowed, code, retryAfter: details.retryAfter };
    }
  return { allowed };
}
const held = (allowed: number, retryAfter = 1) => ({ allowed, code: 'TOO_MANY_REQUESTS', retryAfter });

it('allows each address, credential and tenant ten seconds at once, and then what a second brings', () => {
  let now = 0;
  const open = (rates: object) =>
    openRequestLimits(ALONE, { address: 0, credential: 0, tenant: 0, ...rates }, () => now, openFairShares());
  const address = open({ address: 2 });
  expect(through(30, () => address.countAddress('2001:db8::1'))).toEqual(held(20));
  expect(through(1, () => address.countAddress('2001:db8::2'))).toEqual(held(0));
  expect(through(1, () => address.countAddress('192.0.2.1'))).toEqual({ allowed: 1 });
  now += 1_000;
  expect(through(30, () => address.countAddress('2001:db8::1'))).toEqual(held(2));

  const credential = open({ credential: 1 });
  expect(through(30, () => credential.countCaller(callerOf(1, 'a')))).toEqual(held(10));
  for (const other of [callerOf(1, 'b'), callerOf(2, 'a'), callerOf(1, 'a', 7)])
    expect(through(1, () => credential.countCaller(other))).toEqual({ allowed: 1 });

  const tenant = open({ tenant: 1 });
  expect(through(30, () => tenant.countCaller(callerOf(1, 'a')))).toEqual(held(10));
  expect(through(1, () => tenant.countCaller(callerOf(1, 'b')))).toEqual(held(0));
  expect(through(1, () => tenant.countCaller(callerOf(2, 'b')))).toEqual({ allowed: 1 });

  const none = open({});
  expect(
    through(10_000, () => {
      none.countAddress('192.0.2.1');
      none.countCaller(callerOf(1, 'a'));
    }),
  ).toEqual({ allowed: 10_000 });
});

it('gives a busy tenant no more than the average while the process is overloaded and others wait', () => {
  const shares = openFairShares();
  const ask = (tenantId: number, count: number) => through(count, () => shares.count(tenantId));
  const busy = () => [ask(1, 900), ask(2, 60), ask(3, 60)];
  expect(busy()).toEqual([{ allowed: 900 }, { allowed: 60 }, { allowed: 60 }]);
  shares.look(10);
  expect(busy(), 'in time').toEqual([{ allowed: 900 }, { allowed: 60 }, { allowed: 60 }]);
  shares.look(400);
  expect(busy(), 'late').toEqual([held(340), { allowed: 60 }, { allowed: 60 }]);
  shares.look(10);
  expect(ask(1, 900), 'in time again').toEqual({ allowed: 900 });
  shares.look(400);
  expect(ask(1, 900), 'alone').toEqual({ allowed: 900 });
});

it('holds up a network with many wrong credentials', () => {
  let now = 0;
  const failures = openFailures(ALONE, { of: 'tokens', atOnce: 3, perSecond: 2 }, () => now);
  const fail = () => {
    failures.requireFew('192.0.2.1');
    failures.count('192.0.2.1');
  };
  expect(through(5, fail)).toEqual(held(3));
  failures.requireFew('192.0.2.2');
  now += 500;
  expect(through(5, fail)).toEqual(held(1));
});
