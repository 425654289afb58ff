import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Grant, PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { countTargetsOfGroups } from '../../../../src/services/deployments/rollouts/counts.ts';
import { createRollout } from '../../../../src/services/deployments/rollouts/create.ts';
import { deleteRollout } from '../../../../src/services/deployments/rollouts/delete.ts';
import { findRollout } from '../../../../src/services/deployments/rollouts/find.ts';
import { listRolloutGroups, listRollouts } from '../../../../src/services/deployments/rollouts/list.ts';
import { listGroupsOfEachRollout } from '../../../../src/services/deployments/rollouts/list-of-each.ts';
import { startRollout } from '../../../../src/services/deployments/rollouts/start.ts';
import { stopRollout } from '../../../../src/services/deployments/rollouts/stop.ts';
import { updateRollout } from '../../../../src/services/deployments/rollouts/update.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { openLive } from '../../../../src/services/platform/live/live.ts';
import { watchRollout } from '../../../../src/services/platform/live/watch-rollout.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';
import { createSet } from '../assignments/support.ts';
import { plan, settle, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
const logged: unknown[] = [];
const live = openLive(platform, (error) => logged.push(error));
afterAll(async () => {
  live.close();
  await close();
  expect(logged).toEqual([]);
});

let tenant: TestTenant;
let admin: Context;
/** Somebody with every permission, but some of them with a scope only. */
const scopedTo = (...grants: Grant[]): Context => {
  const scoped = grants.map((grant) => grant.slice(0, grant.indexOf('/')));
  return tenant.contextOf([...PERMISSIONS.filter((one) => !scoped.includes(one)), ...grants]);
};
beforeEach(async () => {
  tenant = await newTenant(platform);
  admin = tenant.contextOf();
  const targets = ['a', 'b'].map((controllerId) => ({ controllerId, group: 'mine' }));
  await createTargets(admin, { targets: [...targets, { controllerId: 'c' }] });
});
const FORBIDDEN = { code: 'FORBIDDEN' };

describe('numbers of a rollout', () => {
  it('are of the targets that the caller may read', async () => {
    const id = await plan(admin, { name: 'r', filter: 'id==*' });
    const scoped = scopedTo('READ_TARGET/group==mine');
    expect(await findRollout(admin, id)).toMatchObject({ totalTargets: 3 });
    expect(await findRollout(scoped, id)).toMatchObject({ totalTargets: 2 });
    expect((await (await listRollouts(scoped, {})).page()).items).toMatchObject([{ totalTargets: 2 }]);
    const groups = (await (await listRolloutGroups(scoped, id, {})).page()).items;
    expect(groups).toMatchObject([{ totalTargets: 2 }]);
    const nested = (await listGroupsOfEachRollout(scoped, [id], {})).get(id)!;
    expect((await nested.page()).items).toMatchObject([{ totalTargets: 2 }]);
    expect((await stateOf(scoped, id)).counts).toEqual({ notStarted: 2 });
    expect(await countTargetsOfGroups(scoped, groups)).toMatchObject([{ notStarted: 2 }]);
    expect(await updateRollout(scoped, { id, description: 'new' })).toMatchObject({ totalTargets: 2 });
    await startRollout(admin, { id });
    await settle(admin, id);
    expect((await stateOf(scoped, id)).counts).toEqual({ running: 2 });
    expect((await stateOf(admin, id)).counts).toEqual({ running: 3 });
  });

  it('are those by a key which its account is told', async () => {
    const id = await plan(admin, { name: 'r', filter: 'id==*' });
    const { permissions: account } = scopedTo('READ_TARGET/group==mine').caller;
    const key = tenant.contextOf(['READ_ROLLOUT']);
    const context = { ...key, caller: { ...key.caller, kind: 'API_KEY', account } as const };
    expect(await findRollout(context, id)).toMatchObject({ totalTargets: 2 });
    expect(await findRollout(key, id)).toMatchObject({ totalTargets: 3 });
  });

  it('are told to each watcher as it may read them', async () => {
    const id = await plan(admin, { name: 'r', filter: 'id==*' });
    for (const [context, notStarted] of [
      [admin, 3] as const,
      [scopedTo('READ_TARGET/group==mine'), 2] as const,
    ]) {
      const feed = await watchRollout({ ...context, live }, id);
      expect((await feed.next()).value).toMatchObject({
        rollout: { totalTargets: notStarted },
        targetCounts: { notStarted },
      });
      await feed.return?.();
    }
  });

  it('two watchers of one rollout do not share what only one may know', async () => {
    const id = await plan(admin, { name: 'r', filter: 'id==*' });
    const all = await watchRollout({ ...admin, live }, id);
    expect((await all.next()).value).toMatchObject({ targetCounts: { notStarted: 3 } });
    const some = await watchRollout({ ...scopedTo('READ_TARGET/group==mine'), live }, id);
    expect((await some.next()).value).toMatchObject({ targetCounts: { notStarted: 2 } });
    for (const feed of [all, some]) await feed.return?.();
  });

  it('of a new one are what it was planned for', async () => {
    const scoped = scopedTo('READ_TARGET/group==mine');
    const distributionSetId = await createSet(admin, 's');
    const { id, totalTargets } = await createRollout(scoped, {
      name: 'r',
      filter: 'id==*',
      distributionSetId,
    });
    expect(totalTargets).toBe(2);
    await settle(admin, id);
    expect(await findRollout(admin, id)).toMatchObject({ totalTargets: 2 });
  });
});

describe('who reaches some targets only', () => {
  const scoped = () => scopedTo('UPDATE_TARGET/group==mine');

  it('does not start, stop or delete a rollout that reaches others', async () => {
    const id = await plan(admin, { name: 'r', filter: 'id==*' });
    for (const verb of [startRollout, stopRollout, deleteRollout])
      await expect(verb(scoped(), { id })).rejects.toMatchObject(FORBIDDEN);
    expect(await findRollout(admin, id)).toMatchObject({ status: 'ready' });
  });

  it('nor by a key that has no permission on targets', async () => {
    const id = await plan(admin, { name: 'r', filter: 'id==*' });
    const key = tenant.contextOf(['HANDLE_ROLLOUT', 'READ_ROLLOUT']);
    const caller = { ...key.caller, kind: 'API_KEY', account: scoped().caller.permissions } as const;
    await expect(startRollout({ ...key, caller }, { id })).rejects.toMatchObject(FORBIDDEN);
    await startRollout(key, { id });
  });

  it('nor one that takes in others later', async () => {
    const id = await plan(admin, { name: 'r', filter: 'group==mine', dynamic: true });
    await expect(startRollout(scoped(), { id })).rejects.toMatchObject(FORBIDDEN);
  });

  it("starts another's that reaches none but those", async () => {
    const id = await plan(admin, { name: 'r', filter: 'group==mine' });
    expect(await startRollout(scoped(), { id })).toMatchObject({ status: 'starting' });
  });

  it('starts what was planned within the same scope, be it dynamic', async () => {
    const distributionSetId = await createSet(admin, 's');
    const { id } = await createRollout(scoped(), {
      name: 'r',
      filter: 'id==*',
      distributionSetId,
      dynamic: true,
    });
    await settle(admin, id);
    expect(await startRollout(scoped(), { id })).toMatchObject({ status: 'starting' });
  });
});
