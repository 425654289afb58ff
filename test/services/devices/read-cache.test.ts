import { expect, it } from 'vitest';
import { type CachedRead, openReadCache } from '../../../src/services/devices/polling/read-cache.ts';
import type { Tenant } from '../../../src/services/platform/tenants/registry.ts';

const tenant = { tenantId: 1 } as Tenant;
const open = (capacity: number) =>
  openReadCache<CachedRead>(
    capacity,
    () => true,
    async () => ({ tenant }),
  );

it('remembers no more than it may, and forgets first what it remembered first', async () => {
  const cache = open(3);
  const remembered = () => ['a', 'b', 'c', 'd', 'e'].filter((id) => cache.peek(tenant, id)).join('');
  for (const id of ['a', 'b', 'c']) await cache.read(tenant, id);
  expect(remembered()).toBe('abc');
  // Read again, it takes no other's place.
  await cache.read(tenant, 'b');
  expect(remembered()).toBe('abc');
  await cache.read(tenant, 'd');
  expect(remembered()).toBe('bcd');
  cache.forget(1, ['c']);
  await cache.read(tenant, 'e');
  expect(remembered()).toBe('bde');
  cache.clear();
  for (const id of ['a', 'b', 'c', 'd', 'e']) await cache.read(tenant, id);
  expect([remembered(), cache.size()]).toEqual(['cde', 3]);
});
