import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { TARGET_ORDER, type TargetOrderField } from '../../../../src/services/fleet/targets/order.ts';
import type { PageRequest } from '../../../../src/services/shared/page.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

type Request = PageRequest<TargetOrderField>;
const tenant = await newTenant(platform);
const context = tenant.contextOf();
/** Few different values, so that orders have ties, and some of them null. */
await createTargets(context, {
  targets: Array.from({ length: 23 }, (_, n) => ({
    controllerId: `d${String(n).padStart(2, '0')}`,
    name: `n${n % 3}`,
    description: n % 4 ? `t${n % 4}` : null,
    group: n % 5 ? 'Ä' : null,
    address: n % 2 ? `http://10.0.0.${n % 7}` : null,
  })),
});
const idsOf = async (request: Request) =>
  (await (await listTargets(context, request)).page()).items.map((t) => t.controllerId);

/** Walks the whole list in pages of `size`, forwards or backwards. */
async function walk(request: Request, size: number, backwards = false) {
  const seen: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const window: Request = backwards ? { last: size, before: cursor } : { first: size, after: cursor };
    const page = await (await listTargets(context, { ...request, ...window })).page();
    const ids = page.items.map((target) => target.controllerId);
    if (backwards) seen.unshift(...ids);
    else seen.push(...ids);
    if (!(backwards ? page.hasPrevious : page.hasNext)) return seen;
    cursor = page.cursorOf(backwards ? page.items[0]! : page.items.at(-1)!);
  }
}

describe('listTargets', () => {
  it('walks every order in pages of any size, both ways, each target once', async () => {
    const field = fc.constantFrom(...(Object.keys(TARGET_ORDER) as TargetOrderField[]));
    const direction = fc.constantFrom('asc' as const, 'desc' as const);
    const orderBy = fc.array(fc.record({ field, direction }), { maxLength: 3 });
    const size = fc.integer({ min: 1, max: 25 });
    // A page that is chosen first, and read then, is to be in the same order.
    const filter = fc.constantFrom(null, 'controllerid==d*', "attribute.none==''");
    await fc.assert(
      fc.asyncProperty(orderBy, size, filter, async (order, pageSize, some) => {
        const all = await idsOf({ orderBy: order, first: 500 });
        expect(new Set(all).size).toBe(23);
        const request = { orderBy: order, filter: some };
        expect(await walk(request, pageSize)).toEqual(all);
        expect(await walk(request, pageSize, true)).toEqual(all);
        expect(await idsOf({ ...request, first: pageSize, offset: 3 })).toEqual(all.slice(3, 3 + pageSize));
      }),
      { numRuns: 60 },
    );
  });

  it('orders by what other tables have, also beside a filter on attributes', async () => {
    const orderBy: Request['orderBy'] = [
      { field: 'createdAt', direction: 'asc' },
      { field: 'targetType', direction: 'asc' },
      { field: 'address', direction: 'desc' },
    ];
    const all = await idsOf({ orderBy, first: 500 });
    expect(await walk({ orderBy, filter: "attribute.none==''" }, 5)).toEqual(all);
  });

  it('puts nulls last ascending and first descending', async () => {
    const order = (direction: 'asc' | 'desc') => ({
      orderBy: [{ field: 'description' as const, direction }],
      first: 500,
    });
    const descriptions = async (request: Request) =>
      (await (await listTargets(context, request)).page()).items.map((target) => target.description);
    expect((await descriptions(order('asc'))).at(-1)).toBeNull();
    expect((await descriptions(order('desc')))[0]).toBeNull();
  });

  it('is not shifted by targets that appear before the cursor', async () => {
    const own = (await newTenant(platform)).contextOf();
    await createTargets(own, { targets: ['b', 'c', 'd'].map((controllerId) => ({ controllerId })) });
    const first = await (await listTargets(own, { first: 2 })).page();
    await createTargets(own, { targets: [{ controllerId: 'a' }] });
    const next = await (await listTargets(own, { first: 2, after: first.cursorOf(first.items[1]!) })).page();
    expect(next.items.map((target) => target.controllerId)).toEqual(['d']);
  });

  it('refuses a cursor of another order or filter, and what is none', async () => {
    const page = await (await listTargets(context, { first: 1 })).page();
    const after = page.cursorOf(page.items[0]!);
    const refused = async (request: Request) =>
      expect((await listTargets(context, request)).page()).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { path: ['after'] },
      });
    await refused({ after, filter: 'name==n1' });
    await refused({ after, orderBy: [{ field: 'name', direction: 'asc' }] });
    await refused({ after: 'nonsense' });
    await refused({ after: Buffer.from('["x",{}]').toString('base64url') });
    await refused({ after: '' });
  });

  it.each<[Request, string]>([
    [{ first: 501 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ last: 501 }, 'last'],
    [{ offset: -1 }, 'offset'],
    [{ first: 1, last: 1 }, 'last'],
    [{ offset: 1, after: 'x' }, 'offset'],
    [{ last: 1, after: 'x' }, 'last'],
  ])('refuses %o', async (request, argument) => {
    await expect(listTargets(context, request)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: [argument] },
    });
  });

  it('jumps by offset, and counts all that match', async () => {
    expect(await idsOf({ offset: 20, first: 2 })).toEqual(['d20', 'd21']);
    expect(await (await listTargets(context, { filter: 'name==N1' })).total()).toBe(8);
  });

  it('says whether there is more on either side', async () => {
    const sides = async (request: Request) => {
      const { hasNext, hasPrevious } = await (await listTargets(context, request)).page();
      return [hasPrevious, hasNext];
    };
    expect(await sides({ first: 23 })).toEqual([false, false]);
    expect(await sides({ first: 22 })).toEqual([false, true]);
    expect(await sides({ last: 22 })).toEqual([true, false]);
    expect(await sides({ first: 22, offset: 1 })).toEqual([true, false]);
    expect(await sides({ first: 0 })).toEqual([false, true]);
  });
});
