import { expect, it } from 'vitest';
import { openSlots } from '../../../../src/services/platform/outgoing/slots.ts';

let now = 0;
const pass = (ms: number) => {
  now += ms;
};
const SLOW = 3_001;
const LIMITS = { places: 16, ofTenant: 4, slowAfterMs: 3_000 };

it('gives a tenant some places, and others theirs', () => {
  const places = openSlots({ ...LIMITS, now: () => now });
  const ofOne = Array.from({ length: 20 }, (_, id) => places.take({ tenantId: 1, id }));
  expect(ofOne.filter(Boolean)).toHaveLength(4);
  expect(places.take({ tenantId: 2, id: 1 })).toBeDefined();
  ofOne[0]!.free();
  expect(places.take({ tenantId: 1, id: 0 })).toBeDefined();
});

it('gives slow receivers of many tenants no place of the quick ones', () => {
  const places = openSlots({ ...LIMITS, now: () => now });
  const takeAll = () =>
    Array.from({ length: 40 }, (_, n) => places.take({ tenantId: n, id: n })).filter(
      (one) => one !== undefined,
    );
  const first = takeAll();
  expect(first).toHaveLength(16);
  expect(places.take({ tenantId: 99, id: 1 }), 'while nobody is slow, quick ones wait').toBeUndefined();
  pass(SLOW);
  expect(places.take({ tenantId: 99, id: 1 }), 'those that became slow make room').toBeDefined();
  for (const place of first) place.free();
  // The same again: they are known now.
  expect(takeAll().length).toBeGreaterThan(16);
  expect(places.take({ tenantId: 99, id: 2 })).toBeUndefined();
});

it("lets a tenant's slow receivers hold up none of its quick ones", () => {
  const places = openSlots({ ...LIMITS, now: () => now });
  const slow = Array.from({ length: 4 }, (_, id) => places.take({ tenantId: 1, id })!);
  expect(places.take({ tenantId: 1, id: 9 })).toBeUndefined();
  pass(SLOW);
  expect(places.take({ tenantId: 1, id: 9 })).toBeDefined();
  for (const place of slow) place.free();
});

it('forgets that a receiver was slow once it is quick', () => {
  const places = openSlots({ ...LIMITS, now: () => now });
  const key = { tenantId: 1, id: 1 };
  const turn = (ms: number) => {
    const place = places.take(key)!;
    pass(ms);
    place.free();
  };
  turn(SLOW);
  turn(1);
  for (let id = 2; id <= 4; id++) places.take({ tenantId: 1, id });
  expect(places.take(key), 'the fourth of the quick ones').toBeDefined();
  expect(places.take({ tenantId: 1, id: 5 })).toBeUndefined();
});

it('gives a receiver no more places than it may have', () => {
  const places = openSlots({ ...LIMITS, ofReceiver: 2, now: () => now });
  const ofOne = Array.from({ length: 3 }, () => places.take({ tenantId: 1, id: 1 }));
  expect(ofOne.map(Boolean)).toEqual([true, true, false]);
  expect(places.take({ tenantId: 1, id: 2 }), 'another of the same tenant').toBeDefined();
});
