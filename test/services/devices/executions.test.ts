import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionStatus } from '../../../src/database/tables/actions.ts';
import { isCancellation } from '../../../src/services/deployments/actions/action.ts';
import { cancelActions } from '../../../src/services/deployments/actions/cancel.ts';
import { findAction } from '../../../src/services/deployments/actions/find.ts';
import { listActionEntries } from '../../../src/services/deployments/actions/list-entries.ts';
import { EXECUTIONS, RESULTS, type Report } from '../../../src/services/devices/reports/report.ts';
import { reportCancellation } from '../../../src/services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../../src/services/devices/reports/report-deployment.ts';
import { noteRetrieval } from '../../../src/services/devices/updates/retrieve.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { assign, createSet, stateOf } from '../deployments/assignments/support.ts';
import { type Fleet, newFleet, openDeviceProcess, ownAction, report } from './support.ts';

const { devices, close } = await openDeviceProcess();
afterAll(close);

/** Every word that a device may say, with every result, each to a device of its own. */
const SAID = EXECUTIONS.flatMap((execution) => RESULTS.map((result) => ({ execution, result })));
const nameOf = ({ execution, result }: (typeof SAID)[number], place: string) =>
  `${place}-${execution}-${result}`;
const PLACES = ['running', 'retrieved', 'downloadonly', 'stopping', 'canceling'] as const;

let fleet: Fleet;
let set: number;
const actionIds = new Map<string, number>();
beforeAll(async () => {
  // Targets are made in the order of their names, and actions in that of their targets.
  const names = PLACES.flatMap((place) => SAID.map((said) => nameOf(said, place))).sort();
  fleet = await newFleet(devices, ...names);
  set = await createSet(fleet.context, 'set');
  const downloadonly = names.filter((name) => name.startsWith('downloadonly'));
  const others = names.filter((name) => !downloadonly.includes(name));
  for (const [index, id] of (await assign(fleet.context, set, others)).entries())
    actionIds.set(others[index]!, id);
  const only = await assign(fleet.context, set, downloadonly, { forceType: 'downloadonly' });
  for (const [index, id] of only.entries()) actionIds.set(downloadonly[index]!, id);
  await cancelActions(fleet.context, { filter: 'target.name==stopping-*,target.name==canceling-*' });
});

const entryOf: Record<Report['execution'], ActionStatus> = {
  closed: 'finished',
  proceeding: 'running',
  canceled: 'canceled',
  scheduled: 'running',
  rejected: 'warning',
  resumed: 'running',
  downloaded: 'downloaded',
  download: 'download',
};

/** What a report has made of an action, its newest entry and its target. */
async function outcomeOf(name: string) {
  const id = actionIds.get(name)!;
  const action = await findAction(fleet.context, id);
  const { items } = await (await listActionEntries(fleet.context, id, { first: 1 })).page();
  const { installedAt, requestAttributes } = await findTarget(fleet.context, name);
  return {
    ...(await stateOf(fleet.context, name)),
    entry: items[0]?.status,
    isCancellation: isCancellation(action),
    isInstalled: installedAt !== null,
    requestAttributes,
  };
}

/** Ended well, badly, or not yet. */
const ended = (result: Report['result']) => ({
  entry: result === 'failure' ? 'error' : 'finished',
  updateStatus: result === 'failure' ? 'error' : 'in_sync',
  assigned: result === 'failure' ? null : set,
  installed: result === 'failure' ? null : set,
  actions: [result === 'failure' ? 'error' : 'finished'],
  isCancellation: false,
  isInstalled: result !== 'failure',
  requestAttributes: result !== 'failure',
});
const unended = (entry: ActionStatus, status: string) => ({
  entry,
  updateStatus: 'pending',
  assigned: set,
  installed: null,
  actions: [`${status} (active)`],
  isCancellation: status === 'canceling',
  isInstalled: false,
  requestAttributes: false,
});

describe.each([
  ['running', 'running'],
  ['retrieved', 'retrieved'],
  ['stopping', 'canceling'],
] as const)('of an update that is %s', (place, status) => {
  it.each(SAID)('$execution, $result', async (said) => {
    const name = nameOf(said, place);
    const device = await fleet.acting(name);
    const id = actionIds.get(name)!;
    if (place === 'retrieved') await noteRetrieval(device, await ownAction(fleet, name, id));
    await reportDeployment(device, id, report(said));
    expect(await outcomeOf(name)).toEqual(
      said.execution === 'closed' ? ended(said.result) : unended(entryOf[said.execution], status),
    );
    if (said.execution !== 'closed') return;
    for (const execution of EXECUTIONS)
      await expect(reportDeployment(device, id, report({ execution }))).rejects.toMatchObject({
        code: 'ACTION_CLOSED',
      });
    expect(await outcomeOf(name), 'it stays as it was').toEqual(ended(said.result));
  });
});

describe('of one that is only to be downloaded', () => {
  it.each(SAID)('$execution, $result', async (said) => {
    const name = nameOf(said, 'downloadonly');
    await reportDeployment(await fleet.acting(name), actionIds.get(name)!, report(said));
    const { execution, result } = said;
    const downloaded = {
      ...unended('downloaded', ''),
      updateStatus: 'in_sync',
      actions: ['downloaded'],
      requestAttributes: true,
    };
    expect(await outcomeOf(name)).toEqual(
      execution === 'closed'
        ? ended(result)
        : execution === 'downloaded'
          ? downloaded
          : unended(entryOf[execution], 'running'),
    );
  });
});

describe('of a cancellation', () => {
  it.each(SAID)('$execution, $result', async (said) => {
    const name = nameOf(said, 'canceling');
    await reportCancellation(await fleet.acting(name), actionIds.get(name)!, report(said));
    const { execution, result } = said;
    const stopped = {
      ...unended('canceled', ''),
      updateStatus: 'in_sync',
      assigned: null,
      actions: ['canceled'],
      isCancellation: true,
    };
    const outcome =
      execution === 'closed' && result !== 'failure'
        ? stopped
        : execution === 'closed'
          ? unended('error', 'running')
          : execution === 'rejected'
            ? unended('cancel_rejected', 'running')
            : unended(execution === 'canceled' ? 'warning' : 'running', 'canceling');
    expect(await outcomeOf(name)).toEqual(outcome);
  });
});
