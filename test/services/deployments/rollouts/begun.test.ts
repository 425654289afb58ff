import { afterAll, beforeEach, expect, it } from 'vitest';
import { listActionsOfTarget } from '../../../../src/services/deployments/actions/list.ts';
import { listActionEntries } from '../../../../src/services/deployments/actions/list-entries.ts';
import { activateAutoConfirm } from '../../../../src/services/deployments/auto-confirm/activate.ts';
import { deleteRollout } from '../../../../src/services/deployments/rollouts/delete.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import {
  findSetStatistics,
  findStatisticsOfSet,
} from '../../../../src/services/software/distribution-sets/statistics.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { createSet } from '../assignments/support.ts';
import { addTargets, begin, settle } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await addTargets(context, 'asked', 'auto');
});

/** The state of a target's action, and the first entry of its history. */
async function beginningOf(controllerId: string) {
  const [action] = (await (await listActionsOfTarget(context, controllerId, { first: 1 })).page()).items;
  const [entry] = (await (await listActionEntries(context, action!.id, { first: 1 })).page()).items;
  return [action!.status, entry!.status, ...entry!.messages];
}
const BEGUN = 'Update Server: begun by its rollout';
const WAITS = 'Waiting for the confirmation by the device before processing with the deployment';

it('tells of the wait for a confirmation, or who has confirmed', async () => {
  await setConfiguration(context, { 'user.confirmation.flow.enabled': true });
  await activateAutoConfirm(context, { controllerId: 'auto', initiator: 'me' });
  await begin(context, { name: 'asks' });
  expect(await beginningOf('asked')).toEqual([
    'wait_for_confirmation',
    'wait_for_confirmation',
    BEGUN,
    WAITS,
  ]);
  const words =
    "Assignment automatically confirmed by initiator 'me'. \n\nAuto confirmation activated by system user: 'tester' \n\nRemark: n/a";
  expect(await beginningOf('auto')).toEqual(['running', 'wait_for_confirmation', BEGUN, words]);

  await begin(context, { name: 'given', confirmationRequired: false });
  const given = 'Assignment confirmed by initiator [tester].';
  expect(await beginningOf('asked')).toEqual(['running', 'wait_for_confirmation', BEGUN, given]);
});

it('is not asked for where the tenant wants no confirmation', async () => {
  await begin(context, { name: 'runs' });
  expect(await beginningOf('asked')).toEqual(['running', 'running', BEGUN]);
});

it('counts in the statistics of its set after it was deleted, but not among others', async () => {
  const distributionSetId = await createSet(context, 'set');
  const id = await begin(context, { name: 'gone', distributionSetId });
  await deleteRollout(context, { id });
  await settle(context, id);
  const { rollouts } = await findStatisticsOfSet(context, distributionSetId);
  expect(rollouts).toEqual([{ status: 'deleted', count: 1 }]);
  expect(await findSetStatistics(context, [distributionSetId])).toMatchObject([{ rollouts: [] }]);
});
