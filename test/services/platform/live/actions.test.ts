import { beforeEach, describe, expect, it } from 'vitest';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { forceActions } from '../../../../src/services/deployments/actions/force.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { reportCancellation } from '../../../../src/services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../../../src/services/devices/reports/report-deployment.ts';
import { noteDownload } from '../../../../src/services/devices/updates/downloads.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { ActionEvent } from '../../../../src/services/platform/live/action-events.ts';
import type { Feed } from '../../../../src/services/platform/live/feed.ts';
import { watchActions } from '../../../../src/services/platform/live/watch-actions.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant } from '../../../support/platform.ts';
import { assign, createSet } from '../../deployments/assignments/support.ts';
import { openTwoProcesses, watching } from './support.ts';

const { here, there, liveHere, liveThere } = await openTwoProcesses();

const PROCEEDING = { execution: 'proceeding', result: 'none', details: ['half'] } as const;
const CLOSED = { execution: 'closed', result: 'success', details: [] } as const;

describe.each([
  ['the process that changes', here, liveHere],
  ['another process', there, liveThere],
])('watchers of %s', (_, platform, live) => {
  let context: Context;
  let setId: number;
  beforeEach(async () => {
    context = (await newTenant(here)).contextOf();
    await createTargets(context, { targets: [{ controllerId: 'a' }, { controllerId: 'b' }] });
    setId = await createSet(context, 'first');
  });
  const deviceOf = async (controllerId: string) =>
    asDevice(context, await here.tenants.byId(context.caller.tenantId), controllerId, { address: 'x' });

  const watch = async (filter?: string, as: Context = context) => {
    const feed = watchActions(watching(as, live, platform), { filter });
    expect((await feed.next()).value.type).toBe('resync');
    return feed;
  };
  /** The next event, as its type, its action and what that is in. */
  const next = async (feed: Feed<ActionEvent>) => {
    const { value } = await feed.next();
    const action = await value.action({ ...context, ...platform });
    return [value.type, value.actionId, action?.status ?? null];
  };

  it('are told how an update goes, step by step', async () => {
    const feed = await watch();
    const [id] = await assign(context, setId, ['a'], { forceType: 'soft' });
    expect(await next(feed)).toEqual(['created', id, 'running']);
    await reportDeployment(await deviceOf('a'), id!, PROCEEDING);
    expect(await next(feed)).toEqual(['updated', id, 'running']);
    await noteDownload(await deviceOf('a'), id!, { path: '/a.bin', filename: 'f' });
    expect(await next(feed)).toEqual(['updated', id, 'running']);
    await forceActions(context, { actionIds: [id!] });
    expect(await next(feed)).toEqual(['updated', id, 'running']);
    await reportDeployment(await deviceOf('a'), id!, CLOSED);
    expect(await next(feed)).toEqual(['updated', id, 'finished']);
    await feed.return?.();
  });

  it('are told of what replaces and what is canceled', async () => {
    const feed = await watch();
    const [old] = await assign(context, setId, ['a']);
    expect(await next(feed)).toEqual(['created', old, 'running']);
    const [id] = await assign(context, await createSet(context, 'second'), ['a']);
    const told = [await next(feed), await next(feed)];
    expect(told).toContainEqual(['updated', old, 'canceling']);
    expect(told).toContainEqual(['created', id, 'running']);
    await reportCancellation(await deviceOf('a'), old!, { ...CLOSED, execution: 'canceled' });
    expect(await next(feed), 'which does not end it').toEqual(['updated', old, 'canceling']);
    await cancelActions(context, { actionIds: [old!], force: true });
    expect(await next(feed)).toEqual(['updated', old, 'canceled']);
    await feed.return?.();
  });

  it('are told what their filter matches, and nothing of what is no change of an action', async () => {
    const all = await watch();
    const some = await watch('target.controllerId==b');
    const [ofA] = await assign(context, setId, ['a']);
    expect(await next(all)).toEqual(['created', ofA, 'running']);
    await updateTarget(context, { controllerId: 'a', name: 'new' });
    const [ofB] = await assign(context, setId, ['b']);
    expect(await next(all)).toEqual(['created', ofB, 'running']);
    expect(await next(some)).toEqual(['created', ofB, 'running']);
    for (const feed of [all, some]) await feed.return?.();
  });

  it('are not told of another tenant', async () => {
    const feed = await watch();
    const stranger = (await newTenant(here)).contextOf();
    await createTargets(stranger, { targets: [{ controllerId: 'a' }] });
    await assign(stranger, await createSet(stranger, 'first'), ['a']);
    const [id] = await assign(context, setId, ['a']);
    expect(await next(feed)).toEqual(['created', id, 'running']);
    await feed.return?.();
  });

  it('begin anew when more changed than is named', async () => {
    const feed = await watch();
    here.announcements.announce({ tenantId: context.caller.tenantId });
    expect(await next(feed)).toEqual(['resync', null, null]);
    here.announcements.announce({ tenantId: context.caller.tenantId, kind: 'reported' });
    expect(await next(feed)).toEqual(['resync', null, null]);
    const [id] = await assign(context, setId, ['a']);
    expect(await next(feed)).toEqual(['created', id, 'running']);
    await feed.return?.();
  });

  it('are let go when they lose the permission, and begin anew when it reaches something else', async () => {
    const watcher = watching({ ...context }, live, platform);
    const feed = watchActions(watcher, {});
    await feed.next();
    watcher.caller = { ...context.caller, permissions: new Map([['READ_TARGET', ['id==b']]]) };
    live.recheck(context.caller.tenantId);
    expect((await feed.next()).value.type).toBe('resync');
    await assign(context, setId, ['a']);
    const [id] = await assign(context, setId, ['b']);
    expect((await feed.next()).value.actionId).toBe(id);
    watcher.caller = { ...context.caller, permissions: new Map() };
    live.recheck(context.caller.tenantId);
    await expect(feed.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
