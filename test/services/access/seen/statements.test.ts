import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Permission } from '../../../../src/services/access/grants.ts';
import { readableAmong } from '../../../../src/services/access/readable-fields.ts';
import { listActions } from '../../../../src/services/deployments/actions/list.ts';
import { listRollouts } from '../../../../src/services/deployments/rollouts/list.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { listDistributionSets } from '../../../../src/services/software/distribution-sets/list.ts';
import { listSoftwareModules } from '../../../../src/services/software/software-modules/list.ts';
import { openTestPlatform } from '../../../support/platform.ts';
import { type Fleet, makeFleet } from './fleet.ts';

const { platform, client, close } = await openTestPlatform();
afterAll(close);

let statements = 0;
const send = client.unsafe as (...call: unknown[]) => unknown;
Object.assign(client, {
  unsafe: (...call: unknown[]) => {
    statements++;
    return send(...call);
  },
});

let fleet: Fleet;
beforeAll(async () => {
  fleet = await makeFleet(platform);
  await platform.tenants.byId(fleet.tenant.tenantId);
});
beforeEach(() => {
  statements = 0;
});

function callerWith(permission?: Permission, scope?: readonly string[]): Context {
  const context = fleet.tenant.contextOf();
  const permissions = new Map(context.caller.permissions);
  if (permission) permissions.delete(permission);
  if (permission && scope) permissions.set(permission, scope);
  return { ...context, caller: { ...context.caller, permissions } };
}

describe('who reads everything', () => {
  const asc = <F extends string>(field: F) => ({ orderBy: [{ field, direction: 'asc' as const }] });
  const LISTS: [string, (context: Context) => Promise<{ page(): Promise<unknown> }>][] = [
    ['targets', (c) => listTargets(c, asc('targetType'))],
    ['actions by their rollouts', (c) => listActions(c, { filter: 'rollout.name==inner;ds.name==inner' })],
    ['rollouts by their sets', (c) => listRollouts(c, { filter: 'ds.type==inner' })],
    ['sets', (c) => listDistributionSets(c, { ...asc('type'), filter: 'module.name==inner' })],
    ['modules', (c) => listSoftwareModules(c, { ...asc('type'), filter: 'type==inner' })],
  ];
  it.each(LISTS)('gets a page of %s by one statement', async (_, list) => {
    await (await list(callerWith())).page();
    expect(statements).toBe(1);
  });

  it('gets a page of targets by their sets by one statement, after one that looks these up', async () => {
    await (await listTargets(callerWith(), { filter: 'assignedDs.name==inner' })).page();
    expect(statements).toBe(2);
  });

  it('asks for nothing to be told what belongs to rows; who reads nothing neither', async () => {
    const all = await readableAmong(callerWith(), 'distributionSet', [fleet.setId]);
    const none = await readableAmong(callerWith('READ_DISTRIBUTION_SET'), 'distributionSet', [fleet.setId]);
    expect([all(fleet.setId), none(fleet.setId), statements]).toEqual([true, false, 0]);
  });
});

it('who reads some asks once for all rows of a page', async () => {
  const scoped = callerWith('READ_DISTRIBUTION_SET', ['name==inner']);
  const sees = await readableAmong(scoped, 'distributionSet', [fleet.setId, fleet.setId + 1_000_000]);
  expect([sees(fleet.setId), sees(fleet.setId + 1_000_000), statements]).toEqual([true, false, 1]);
});
