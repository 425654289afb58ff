import { beforeEach, describe, expect, it } from 'vitest';
import { openWrites, type Writes } from '../../../src/services/devices/reports/writes.ts';
import type { Tenant } from '../../../src/services/platform/tenants/registry.ts';
import { ALONE } from '../../support/alone.ts';

let now: number;
let writes: Writes;
beforeEach(() => {
  now = 1_000;
  writes = openWrites(ALONE, { atOnce: 10, perMinute: 60 }, () => now);
});
const device = (targetId: number, tenantId = 1) => ({ tenant: { tenantId } as Tenant, targetId });
const [a, b] = [device(1), device(2)];
const isFree = (one = a) => {
  try {
    writes.requireRoom(one);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'TOO_MANY_REPORTS' });
    return false;
  }
};
/** How many reports of the smallest size are taken now. */
const taken = (one = a, most = 100) => {
  let count = 0;
  for (; count < most && isFree(one); count++) writes.count(one, 1);
  return count;
};

describe('what a device may write', () => {
  it('is so much at once, and then so much a minute', () => {
    expect(taken()).toBe(10);
    expect(taken()).toBe(0);
    now += 1_000;
    expect(taken()).toBe(1);
    now += 3_600_000;
    expect(taken()).toBe(10);
  });

  it('is its own', () => {
    expect(taken()).toBe(10);
    expect(taken(b)).toBe(10);
    expect(taken(device(1, 2))).toBe(10);
  });

  it('may be one report that is too large; then it has to wait for as long as that takes', () => {
    writes.count(a, 1_000);
    expect(() => writes.requireRoom(a)).toThrow(
      expect.objectContaining({ details: { retryAfter: 990 }, message: expect.stringContaining('990 s') }),
    );
    now += 989_000;
    expect(() => writes.requireRoom(a)).toThrow(expect.objectContaining({ details: { retryAfter: 1 } }));
    now += 1_001;
    expect(isFree()).toBe(true);
  });

  it('is not less for what came of nothing', () => {
    writes.count(a, 10);
    expect(isFree()).toBe(false);
    writes.count(a, -10);
    expect(taken()).toBe(10);
  });
});
