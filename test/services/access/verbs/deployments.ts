import { randomUUID } from 'node:crypto';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../../../src/services/deployments/actions/confirm.ts';
import { deleteActions, deleteOldActions } from '../../../../src/services/deployments/actions/delete.ts';
import { findAction, findActions } from '../../../../src/services/deployments/actions/find.ts';
import { forceActions } from '../../../../src/services/deployments/actions/force.ts';
import {
  listActions,
  listActionsAmong,
  listActionsOfEach,
  listActionsOfTarget,
} from '../../../../src/services/deployments/actions/list.ts';
import {
  findActionEntries,
  listActionEntries,
  listEntriesOfEach,
} from '../../../../src/services/deployments/actions/list-entries.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import {
  findDeployments,
  listTargetsOfEachSet,
  listTargetsOfSet,
} from '../../../../src/services/deployments/assignments/find.ts';
import { findNewestCompatibleSets } from '../../../../src/services/deployments/assignments/newest-compatible.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { LiveContext } from '../../../../src/services/platform/live/live.ts';
import { watchActions } from '../../../../src/services/platform/live/watch-actions.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createDistributionSets } from '../../../../src/services/software/distribution-sets/create.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import { createSoftwareModules } from '../../../../src/services/software/software-modules/create.ts';
import { createSet } from '../../deployments/assignments/support.ts';
import { somebody } from './imports-live.ts';
import type { Verb, Verbs } from './verb.ts';
import type { Side } from './world.ts';

interface Deployed {
  setId: number;
  /** One that nothing has. */
  spareSetId: number;
  actionId: number;
}

const made = new WeakMap<Side, Deployed>();
const entries = new WeakMap<Side, number>();
export const deployedOf = (side: Side): Deployed => made.get(side)!;

/** A set that the side's target is to have, or, where that is `offline`, has. */
async function makeDeployment(
  admin: Context,
  side: Side,
  { offline = false, confirmationRequired = false } = {},
): Promise<void> {
  const { name } = side;
  const modules = await createSoftwareModules(admin, {
    softwareModules: [{ type: 'os', name, version: '1' }],
  });
  const moduleIds = modules.created.map(({ id }) => id);
  const { created } = await createDistributionSets(admin, {
    distributionSets: [
      { type: 'os', name, version: '1', moduleIds },
      { type: 'os', name, version: '2', moduleIds, targetFilter: `id==${name}` },
    ],
  });
  const [setId, spareSetId] = created.map(({ id }) => id);
  const { actions } = await assignDistributionSet(admin, {
    distributionSetId: setId!,
    assignments: [{ controllerIds: [name], forceType: 'soft', confirmationRequired }],
    offline,
  });
  made.set(side, { setId: setId!, spareSetId: spareSetId!, actionId: actions[0]!.id });
}

type Given = NonNullable<Verb['given']>;
const givenDeployment: Given = (admin, side) => makeDeployment(admin, side);
const givenEnded: Given = (admin, side) => makeDeployment(admin, side, { offline: true });
const givenWaiting: Given = async (admin, side) => {
  await setConfiguration(admin, { 'user.confirmation.flow.enabled': true });
  await makeDeployment(admin, side, { confirmationRequired: true });
};
/** A verb on what `makeDeployment` makes. */
export const on = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: givenDeployment });
/** A verb on actions that have ended. */
const onEnded = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: givenEnded });
/** A verb on actions that wait for a confirmation. */
const onWaiting = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: givenWaiting });

/** Gives a target something new to do. @returns the action's id, undefined where there is no such target */
async function deployTo(context: Context, controllerId: string): Promise<number | undefined> {
  const distributionSetId = await createSet(context, randomUUID());
  const { actions } = await assignDistributionSet(context, {
    distributionSetId,
    assignments: [{ controllerIds: [controllerId] }],
    onNotFound: 'ON_WHAT_FOUND_AND_SUCCESS',
  });
  return actions[0]?.id;
}

/** Whether a watcher hears of what a target is given, before something that is within the scope and so told for certain. */
async function isHeardOf(context: LiveContext, name: string): Promise<boolean> {
  const feed = watchActions(context, {});
  const admin = somebody(context);
  await feed.next();
  const wanted = await deployTo(admin, name);
  const mark = randomUUID();
  await createTargets(admin, { targets: [{ controllerId: mark, group: 'inner' }] });
  const last = await deployTo(admin, mark);
  const heard: (number | null)[] = [];
  while (heard.at(-1) !== last) heard.push((await feed.next()).value.actionId);
  await feed.return?.();
  return wanted !== undefined && heard.includes(wanted);
}

export const DEPLOYMENT_VERBS: Verbs = {
  assignDistributionSet: on({
    needs: ['READ_DISTRIBUTION_SET', 'UPDATE_TARGET'],
    call: async (c, side) =>
      (
        await assignDistributionSet(c, {
          distributionSetId: deployedOf(side).spareSetId,
          assignments: [{ controllerIds: [side.name] }],
        })
      ).actions.length,
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND', READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
  'assignDistributionSet by filter': on({
    needs: ['READ_DISTRIBUTION_SET', 'UPDATE_TARGET'],
    call: async (c, side) =>
      (
        await assignDistributionSet(c, {
          distributionSetId: deployedOf(side).spareSetId,
          assignments: [{ filter: `id==${side.name}` }],
        })
      ).actions.length,
    beyond: { UPDATE_TARGET: 0, READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
  'invalidateDistributionSet with its actions': on({
    needs: ['UPDATE_DISTRIBUTION_SET', 'UPDATE_TARGET'],
    call: async (c, side) => {
      await invalidateDistributionSet(c, { id: deployedOf(side).setId, cancelActions: 'SOFT' });
      return (await findAction(c, deployedOf(side).actionId)).status;
    },
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    unnarrowed: 'actions of targets out of the scope go on, while the set is invalid all the same',
  }),
  cancelActions: on({
    needs: ['UPDATE_TARGET'],
    call: (c, side) => cancelActions(c, { actionIds: [deployedOf(side).actionId] }),
    beyond: { UPDATE_TARGET: 'ACTION_NOT_FOUND' },
  }),
  'cancelActions by filter': on({
    needs: ['UPDATE_TARGET'],
    call: async (c, { name }) => (await cancelActions(c, { filter: `target.id==${name}` })).ids,
    beyond: { UPDATE_TARGET: [] },
  }),
  forceActions: on({
    needs: ['UPDATE_TARGET'],
    call: (c, side) => forceActions(c, { actionIds: [deployedOf(side).actionId] }),
    beyond: { UPDATE_TARGET: 'ACTION_NOT_FOUND' },
  }),
  confirmActions: onWaiting({
    needs: ['UPDATE_TARGET'],
    call: (c, side) =>
      confirmActions(c, { actionIds: [deployedOf(side).actionId], confirmation: 'confirmed' }),
    beyond: { UPDATE_TARGET: 'ACTION_NOT_FOUND' },
  }),
  deleteActions: onEnded({
    needs: ['DELETE_TARGET'],
    call: (c, side) => deleteActions(c, { actionIds: [deployedOf(side).actionId] }),
    beyond: { DELETE_TARGET: 'ACTION_NOT_FOUND' },
  }),
  deleteOldActions: onEnded({
    needs: ['DELETE_TARGET'],
    call: (c, { name }) => deleteOldActions(c, { controllerId: name, keepLast: 0 }),
    beyond: { DELETE_TARGET: 'TARGET_NOT_FOUND' },
  }),
  findAction: on({
    needs: ['READ_TARGET'],
    call: (c, side) => findAction(c, deployedOf(side).actionId),
    beyond: { READ_TARGET: 'ACTION_NOT_FOUND' },
  }),
  findActions: on({
    needs: ['READ_TARGET'],
    call: (c, side) => findActions(c, [deployedOf(side).actionId]),
    beyond: { READ_TARGET: [undefined] },
  }),
  listActions: on({
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await listActions(c, { filter: `target.id==${name}` })).total(),
    beyond: { READ_TARGET: 0 },
  }),
  listActionsOfTarget: on({
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await listActionsOfTarget(c, name, {})).total(),
    beyond: { READ_TARGET: 'TARGET_NOT_FOUND' },
  }),
  findActionEntries: {
    needs: ['READ_TARGET'],
    async given(admin, side) {
      await makeDeployment(admin, side);
      const { items } = await (await listActionEntries(admin, deployedOf(side).actionId, {})).page();
      entries.set(side, items[0]!.id);
    },
    call: (c, side) => findActionEntries(c, [entries.get(side)!]),
    beyond: { READ_TARGET: [undefined] },
  },
  listActionEntries: on({
    needs: ['READ_TARGET'],
    call: async (c, side) => (await listActionEntries(c, deployedOf(side).actionId, {})).total(),
    beyond: { READ_TARGET: 'ACTION_NOT_FOUND' },
  }),
  listActionsAmong: on({
    needs: ['READ_TARGET'],
    call: async (c, side) => (await listActionsAmong(c, [deployedOf(side).actionId], {})).total(),
    beyond: { READ_TARGET: 0 },
  }),
  'listActionsOfEach target': on({
    needs: ['READ_TARGET'],
    async call(context, { targetId }) {
      const listings = await listActionsOfEach(context, 'target', [targetId], {});
      return [await listings.get(targetId)!.total(), (await listings.get(targetId)!.page()).items.length];
    },
    beyond: { READ_TARGET: [0, 0] },
  }),
  'listActionsOfEach set': on({
    needs: ['READ_TARGET'],
    async call(context, side) {
      const { setId } = deployedOf(side);
      const listings = await listActionsOfEach(context, 'distributionSet', [setId], {});
      return [await listings.get(setId)!.total(), (await listings.get(setId)!.page()).items.length];
    },
    beyond: { READ_TARGET: [0, 0] },
  }),
  listEntriesOfEach: on({
    needs: ['READ_TARGET'],
    async call(context, side) {
      const { actionId } = deployedOf(side);
      const listings = await listEntriesOfEach(context, [actionId], {});
      return [await listings.get(actionId)!.total(), (await listings.get(actionId)!.page()).items.length];
    },
    beyond: { READ_TARGET: [0, 0] },
  }),
  listTargetsOfEachSet: on({
    needs: ['READ_TARGET', 'READ_DISTRIBUTION_SET'],
    async call(context, side) {
      const { setId } = deployedOf(side);
      const listings = await listTargetsOfEachSet(context, 'assigned', [setId], {});
      return [await listings.get(setId)!.total(), (await listings.get(setId)!.page()).items.length];
    },
    beyond: { READ_TARGET: [0, 0], READ_DISTRIBUTION_SET: [0, 0] },
  }),
  watchActions: {
    needs: ['READ_TARGET'],
    call: (c, { name }) => isHeardOf(c, name),
    beyond: { READ_TARGET: false },
    stirs: true,
  },
  findDeployments: on({
    needs: ['READ_TARGET'],
    call: async (c, side) => (await findDeployments(c, [side.targetId]))[0]!.assignedSetId !== null,
    beyond: { READ_TARGET: false },
  }),
  findNewestCompatibleSets: on({
    needs: ['READ_TARGET', 'READ_DISTRIBUTION_SET'],
    call: async (c, side) => {
      const [newest] = await findNewestCompatibleSets(c, [side.targetId]);
      return newest?.id === deployedOf(side).spareSetId;
    },
    beyond: { READ_TARGET: false, READ_DISTRIBUTION_SET: false },
  }),
  listTargetsOfSet: on({
    needs: ['READ_TARGET', 'READ_DISTRIBUTION_SET'],
    call: async (c, side) => (await listTargetsOfSet(c, deployedOf(side).setId, 'assigned', {})).total(),
    beyond: { READ_TARGET: 0, READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
};
