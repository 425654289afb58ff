import { afterAll, describe, expect, it, vi } from 'vitest';
import { type DevicePlatform, openDevices, poll } from '../../../../src/services/devices/polling/poll.ts';
import { importTargets } from '../../../../src/services/fleet/imports/import-targets.ts';
import type { ImportedTarget } from '../../../../src/services/fleet/imports/source.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import {
  findTarget,
  listPendingTokenRotations,
  listTargets,
} from '../../../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../../src/services/fleet/targets/rotate-token.ts';
import { rotateTargetTokens } from '../../../../src/services/fleet/targets/rotate-tokens.ts';
import { findTokenRotations } from '../../../../src/services/fleet/targets/token-rotation.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

let now = new Date('2030-01-01T00:00:00Z');
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const clock = () => now;

const one = await openTestPlatform();
const other = await openTestPlatform();
const here = openDevices({ ...one.platform, clock }, 1_000, console.error);
/** What another process of the server has. */
const there = openDevices({ ...other.platform, clock }, 1_000, console.error);
afterAll(async () => {
  for (const { pollTimes } of [here, there]) await pollTimes.close();
  for (const { close } of [one, other]) await close();
});

/** Imports one target that exists. */
const upsert = (context: Context, target: ImportedTarget) =>
  importTargets(context, { format: 'csv', mode: 'upsert' }, async function* () {
    yield { rows: [{ line: 2, target }], end: { bytes: 1, lines: 2, digest: 'd' } };
  });

const REFUSED = { code: 'UNAUTHENTICATED' };

async function fleet(...controllerIds: string[]) {
  const tenant = await newTenant(here);
  const context = tenant.contextOf();
  await createTargets(context, {
    targets: controllerIds.map((controllerId) => ({ controllerId, securityToken: `${controllerId}-0` })),
  });
  const ask = async (controllerId: string, targetToken: string, platform: DevicePlatform = here) =>
    poll(platform, {
      tenantName: tenant.name,
      controllerId,
      credentials: { targetToken },
      address: 'http://10.0.0.1',
    });
  const refused = (controllerId: string, targetToken: string, platform?: DevicePlatform) =>
    expect(ask(controllerId, targetToken, platform)).rejects.toMatchObject(REFUSED);
  const rotate = (controllerId: string, securityToken: string, overlap?: string) =>
    rotateTargetToken(context, { controllerId, securityToken, overlap });
  const pending = async () => {
    const { items } = await (await listPendingTokenRotations(context, {})).page();
    return items.map(({ controllerId }) => controllerId);
  };
  return { tenant, context, ask, refused, rotate, pending };
}

describe('a token rotated with an overlap', () => {
  it('works beside the new one until the overlap ends', async () => {
    const { ask, refused, rotate, pending } = await fleet('a');
    for (const platform of [here, there]) await ask('a', 'a-0', platform);
    await rotate('a', 'a-1', '60');
    later(59);
    await ask('a', 'a-0');
    await vi.waitFor(
      async () => expect(await ask('a', 'a-0', there)).toHaveProperty('oldTokens.length', 1),
      10_000,
    );
    later(1);
    await refused('a', 'a-0');
    await refused('a', 'a-0', there);
    expect(await pending()).toEqual(['a']);
    await ask('a', 'a-1');
    expect(await pending()).toEqual([]);
  });

  it('is answered from memory meanwhile', async () => {
    const { tenant, ask, rotate } = await fleet('a');
    await ask('a', 'a-0');
    await rotate('a', 'a-1', '60');
    await ask('a', 'a-0');
    const credentials = { targetToken: 'a-0' };
    const request = { tenantName: tenant.name, controllerId: 'a', credentials, address: 'x' };
    expect(poll(here, request)).not.toBeInstanceOf(Promise);
  });

  it('ends in every process when the new one is first used in one', async () => {
    const { ask, refused, rotate } = await fleet('a');
    await rotate('a', 'a-1', '3600');
    for (const platform of [here, there]) await ask('a', 'a-0', platform);
    await ask('a', 'a-1', there);
    await refused('a', 'a-0', there);
    await vi.waitFor(() => refused('a', 'a-0'), 5_000);
    await ask('a', 'a-1');
  });

  it('ends once, however many requests are the first to use the new one', async () => {
    const { ask, rotate } = await fleet('a');
    await rotate('a', 'a-1', '3600');
    await ask('a', 'a-0');
    const announce = vi.spyOn(one.platform.announcements, 'announce');
    await Promise.all(Array.from({ length: 10 }, () => ask('a', 'a-1')));
    expect(announce.mock.calls.flatMap(([{ controllerIds }]) => controllerIds ?? [])).toEqual(['a']);
    announce.mockRestore();
  });

  it('works on, as those before it do, when tokens are rotated again before the device knows', async () => {
    const { ask, refused, rotate } = await fleet('a');
    await rotate('a', 'a-1', '100');
    later(50);
    await rotate('a', 'a-2', '100');
    for (const token of ['a-0', 'a-1']) await ask('a', token);
    later(50);
    await refused('a', 'a-0');
    await ask('a', 'a-1');
    await ask('a', 'a-2');
    await refused('a', 'a-1');
  });

  it('is one of four at the most', async () => {
    const { ask, refused, rotate } = await fleet('a');
    for (const n of [1, 2, 3, 4, 5]) await rotate('a', `a-${n}`, '100');
    await refused('a', 'a-0');
    await ask('a', 'a-1');
  });

  it('stays the one in use where the new one was never used and another process rotates it back', async () => {
    const { ask, refused, rotate, pending } = await fleet('a');
    await rotate('a', 'a-1', '100');
    await rotate('a', 'a-0', '100');
    await ask('a', 'a-0');
    expect(await pending()).toEqual([]);
    await refused('a', 'a-1');
  });
});

describe('a token changed without an overlap', () => {
  const CHANGES: Record<string, (fleet: Awaited<ReturnType<typeof fleetOfOne>>) => Promise<unknown>> = {
    'by a rotation': ({ rotate }) => rotate('a', 'a-2'),
    'by an update': ({ context }) => updateTarget(context, { controllerId: 'a', securityToken: 'a-2' }),
    'by an import': ({ context }) => upsert(context, { controllerId: 'a', securityToken: 'a-2' }),
    'by a rotation of many': ({ context }) => rotateTargetTokens(context, { filter: 'id==a' }),
  };
  const fleetOfOne = () => fleet('a');

  it.each(Object.keys(CHANGES))('ends all before it %s', async (how) => {
    const opened = await fleetOfOne();
    const { context, ask, refused, rotate, pending } = opened;
    await rotate('a', 'a-1', '3600');
    await ask('a', 'a-0');
    await CHANGES[how]!(opened);
    await refused('a', 'a-0');
    await refused('a', 'a-1');
    expect(await pending()).toEqual(['a']);
    await ask('a', (await findTarget(context, 'a')).securityToken!);
    expect(await pending()).toEqual([]);
  });

  it('that is the same as before is no rotation', async () => {
    const { context, ask, rotate, pending } = await fleet('a');
    await updateTarget(context, { controllerId: 'a', securityToken: 'a-0', name: 'other' });
    await upsert(context, { controllerId: 'a', securityToken: 'a-0' });
    expect(await pending()).toEqual([]);
    await rotate('a', 'a-1', '60');
    await updateTarget(context, { controllerId: 'a', securityToken: 'a-1' });
    await ask('a', 'a-0');
  });
});

describe('rotateTargetTokens', () => {
  it('gives all that match a filter a token of their own, and the old ones the overlap', async () => {
    const { context, ask, refused, pending } = await fleet('a', 'b', 'x');
    expect(await rotateTargetTokens(context, { filter: 'id=in=(a,b)', overlap: '00:01:00' })).toBe(2);
    expect(await pending()).toEqual(['a', 'b']);
    const { items } = await (await listTargets(context, { filter: 'tokenRotationPending==true' })).page();
    const [a, b] = items.map(({ securityToken }) => securityToken!);
    expect(new Set([a, b, 'a-0', 'b-0']).size).toBe(4);
    await ask('b', 'b-0');
    await ask('b', b!);
    await refused('b', 'b-0');
    await ask('a', 'a-0');
    await ask('x', 'x-0');
    expect(await pending()).toEqual(['a']);
  });

  it('does nothing by a dry run, or where a target is missing', async () => {
    const { context, ask, pending } = await fleet('a');
    expect(await rotateTargetTokens(context, { controllerIds: ['a'], dryRun: true })).toBe(1);
    await expect(rotateTargetTokens(context, { controllerIds: ['a', 'gone'] })).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      details: { path: ['controllerIds', '1'] },
    });
    await ask('a', 'a-0');
    expect(await pending()).toEqual([]);
  });

  it.each(['-1', 'PT-1S', '1.5', 'soon', 'P366DT1S'])('refuses an overlap of %s', async (overlap) => {
    const { context } = await fleet('a');
    await expect(rotateTargetTokens(context, { filter: 'id==a', overlap })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['overlap'] },
    });
  });

  it('needs UPDATE_TARGET', async () => {
    const { tenant } = await fleet('a');
    const context = tenant.contextOf(['READ_TARGET', 'CREATE_TARGET', 'DELETE_TARGET']);
    await expect(rotateTargetTokens(context, { filter: 'id==a' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

describe('the list of tokens that were never used', () => {
  it('says who rotated when, and until when the old ones work', async () => {
    const { context, rotate } = await fleet('a', 'b', 'c');
    const ids = await Promise.all(['a', 'b', 'c'].map(async (id) => (await findTarget(context, id)).id));
    await rotate('a', 'a-1', '60');
    await rotate('b', 'b-1');
    const common = { rotatedAt: now, rotatedBy: 'tester' };
    expect(await findTokenRotations(context, ids)).toEqual([
      { ...common, id: ids[0], overlapEndsAt: new Date(now.getTime() + 60_000) },
      { ...common, id: ids[1], overlapEndsAt: null },
      null,
    ]);
  });

  it('forgets a deleted target', async () => {
    const { context, rotate, pending } = await fleet('a');
    await rotate('a', 'a-1', '60');
    await deleteTargets(context, { controllerIds: ['a'] });
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    expect(await pending()).toEqual([]);
  });
});
