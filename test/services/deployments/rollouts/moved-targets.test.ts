import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startRollout } from '../../../../src/services/deployments/rollouts/start.ts';
import { claimTarget } from '../../../../src/services/fleet/claims/claim.ts';
import { createClaimCode } from '../../../../src/services/fleet/claims/create-code.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { addTargets, begin, plan, report, settle, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
let buyer: Context;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  buyer = (await newTenant(platform)).contextOf();
  await addTargets(context, 'a', 'b');
});

const give = async (controllerId: string) =>
  claimTarget(buyer, await createClaimCode(context, { controllerId }));

describe('targets that another tenant has taken over', () => {
  it('are in no new rollout', async () => {
    await give('a');
    const id = await plan(context, { name: 'r' });
    expect((await stateOf(context, id)).groups).toEqual(['group-1 ready 1']);
  });

  it('count as canceled in one that was planned before, which ends without them', async () => {
    const id = await plan(context, { name: 'r' });
    await give('a');
    await startRollout(context, { id });
    await settle(context, id);
    expect((await stateOf(context, id)).counts).toEqual({ running: 1, canceled: 1 });
    await report(context, 'b', 'success');
    await settle(context, id);
    expect((await stateOf(context, id)).status).toBe('finished');
  });

  it('count as canceled in one that is under way, which ends without them', async () => {
    const groups = ['a', 'b'].map((name) => ({ name, filter: `id==${name}` }));
    const id = await begin(context, { name: 'r', groups });
    await give('b');
    expect((await stateOf(context, id)).counts).toEqual({ running: 1, canceled: 1 });
    await give('a');
    await settle(context, id);
    expect((await stateOf(context, id)).counts).toEqual({ canceled: 2 });
  });
});
