import { createRollout } from '../../../../src/services/deployments/rollouts/create.ts';
import { decideRollout } from '../../../../src/services/deployments/rollouts/decide.ts';
import { deleteRollout } from '../../../../src/services/deployments/rollouts/delete.ts';
import {
  findRollout,
  findRolloutGroup,
  findRolloutGroups,
  findRollouts,
  listTargetsOfRolloutGroup,
} from '../../../../src/services/deployments/rollouts/find.ts';
import {
  listRolloutGroups,
  listRollouts,
  newestRollouts,
} from '../../../../src/services/deployments/rollouts/list.ts';
import {
  listGroupsOfEachRollout,
  listTargetsOfEachGroup,
} from '../../../../src/services/deployments/rollouts/list-of-each.ts';
import { pauseRollout } from '../../../../src/services/deployments/rollouts/pause.ts';
import { resumeRollout } from '../../../../src/services/deployments/rollouts/resume.ts';
import { retryRollout } from '../../../../src/services/deployments/rollouts/retry.ts';
import { startRollout } from '../../../../src/services/deployments/rollouts/start.ts';
import { stopRollout } from '../../../../src/services/deployments/rollouts/stop.ts';
import { triggerNextRolloutGroup } from '../../../../src/services/deployments/rollouts/trigger-next-group.ts';
import { updateRollout } from '../../../../src/services/deployments/rollouts/update.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { watchRollout } from '../../../../src/services/platform/live/watch-rollout.ts';
import { watchRollouts } from '../../../../src/services/platform/live/watch-rollouts.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import { createSet } from '../../deployments/assignments/support.ts';
import { begin, plan, report, settle } from '../../deployments/rollouts/support.ts';
import type { Verb, Verbs } from './verb.ts';
import type { Side } from './world.ts';

interface Rolled {
  setId: number;
  id: number;
  groupId: number;
}

const made = new WeakMap<Side, Rolled>();
const of = (side: Side): Rolled => made.get(side)!;

/** A set and a rollout of it with two groups, both of the side's name. */
async function make(admin: Context, side: Side, how: typeof plan = plan): Promise<void> {
  const { name } = side;
  await createTargets(admin, { targets: [{ controllerId: `${name}-too`, group: name }] });
  const setId = await createSet(admin, name);
  const input = { name, distributionSetId: setId, filter: `group==${name},id==${name}*`, groupCount: 2 };
  const id = await how(admin, input);
  const { items } = await (await listRolloutGroups(admin, id, {})).page();
  made.set(side, { setId, id, groupId: items[0]!.id });
}

type Row = Omit<Verb, 'given'>;
const givenReady: Verb['given'] = (admin, side) => make(admin, side);
const givenRunning: Verb['given'] = (admin, side) => make(admin, side, begin);
const onReady = (row: Row): Verb => ({ ...row, given: givenReady });
const onRunning = (row: Row): Verb => ({ ...row, given: givenRunning });

const done = async (work: Promise<unknown>) => {
  await work;
  return 'done';
};
/** A verb on the rollout of a side. */
const onRollout = (
  need: Verb['needs'][number],
  verb: (c: Context, key: { id: number }) => Promise<unknown>,
): Row => ({
  needs: [need],
  call: (c, side) => done(verb(c, { id: of(side).id })),
  elsewhere: 'ROLLOUT_NOT_FOUND',
});

/** One that does something to its targets: who reaches some targets only may do it to those alone. */
const handled = (...verb: Parameters<typeof onRollout>): Row => ({
  ...onRollout(...verb),
  beyond: { READ_TARGET: 'FORBIDDEN', UPDATE_TARGET: 'FORBIDDEN' },
});

const CREATING = ['CREATE_ROLLOUT', 'READ_DISTRIBUTION_SET', 'READ_TARGET'] as const;

export const ROLLOUT_VERBS: Verbs = {
  createRollout: onReady({
    needs: CREATING,
    call: async (c, side) =>
      (
        await createRollout(c, {
          name: `${side.name}-new`,
          distributionSetId: of(side).setId,
          filter: `group==${side.name}`,
        })
      ).totalTargets,
    beyond: {
      READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND',
      READ_TARGET: 'INVALID_INPUT',
      UPDATE_TARGET: 'INVALID_INPUT',
    },
  }),
  'createRollout that begins by itself': onReady({
    needs: [...CREATING, 'HANDLE_ROLLOUT'],
    call: async (c, side) =>
      (
        await createRollout(c, {
          name: `${side.name}-new`,
          distributionSetId: of(side).setId,
          filter: `group==${side.name}`,
          startAt: new Date(0),
        })
      ).totalTargets,
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND', READ_TARGET: 'INVALID_INPUT' },
  }),
  updateRollout: onReady(
    onRollout('UPDATE_ROLLOUT', (c, { id }) => updateRollout(c, { id, description: 'new' })),
  ),
  deleteRollout: onReady(handled('DELETE_ROLLOUT', deleteRollout)),
  startRollout: onReady(handled('HANDLE_ROLLOUT', startRollout)),
  pauseRollout: onRunning(handled('HANDLE_ROLLOUT', pauseRollout)),
  resumeRollout: {
    ...handled('HANDLE_ROLLOUT', resumeRollout),
    async given(admin, side) {
      await make(admin, side, begin);
      await pauseRollout(admin, { id: of(side).id });
    },
  },
  stopRollout: onRunning(handled('HANDLE_ROLLOUT', stopRollout)),
  triggerNextRolloutGroup: onRunning(handled('UPDATE_ROLLOUT', triggerNextRolloutGroup)),
  decideRollout: {
    ...handled('APPROVE_ROLLOUT', (c, { id }) => decideRollout(c, { id, approved: false })),
    async given(admin, side) {
      await setConfiguration(admin, { 'rollout.approval.enabled': true });
      await make(admin, side);
    },
  },
  retryRollout: {
    needs: [...CREATING, 'READ_ROLLOUT'],
    call: async (c, side) => (await retryRollout(c, { id: of(side).id })).totalTargets,
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND', READ_TARGET: 'INVALID_INPUT' },
    elsewhere: 'ROLLOUT_NOT_FOUND',
    async given(admin, side) {
      const { name } = side;
      const setId = await createSet(admin, name);
      const input = { name, distributionSetId: setId, filter: `id==${name}`, errorThreshold: 100 };
      const id = await begin(admin, input);
      await report(admin, name, 'failure');
      await settle(admin, id);
      made.set(side, { setId, id, groupId: 0 });
    },
  },
  findRollout: onReady({
    needs: ['READ_ROLLOUT'],
    call: async (c, side) => (await findRollout(c, of(side).id)).name,
    elsewhere: 'ROLLOUT_NOT_FOUND',
  }),
  findRollouts: onReady({
    needs: ['READ_ROLLOUT'],
    call: async (c, side) => (await findRollouts(c, [of(side).id])).map((found) => found?.name),
    elsewhere: [undefined],
  }),
  findRolloutGroup: onReady({
    needs: ['READ_ROLLOUT'],
    call: async (c, side) =>
      (await findRolloutGroup(c, { rolloutId: of(side).id, id: of(side).groupId })).name,
    elsewhere: 'ROLLOUT_NOT_FOUND',
  }),
  findRolloutGroups: onReady({
    needs: ['READ_ROLLOUT'],
    call: async (c, side) => (await findRolloutGroups(c, [of(side).groupId])).map((found) => found?.name),
    elsewhere: [undefined],
  }),
  listRollouts: onReady({
    needs: ['READ_ROLLOUT'],
    call: async (c) => (await (await listRollouts(c, {})).page()).items.map(({ name }) => name),
    elsewhere: [],
  }),
  listRolloutGroups: onReady({
    needs: ['READ_ROLLOUT'],
    call: async (c, side) =>
      (await (await listRolloutGroups(c, of(side).id, {})).page()).items.map(({ name }) => name),
    elsewhere: 'ROLLOUT_NOT_FOUND',
  }),
  listTargetsOfRolloutGroup: onReady({
    needs: ['READ_ROLLOUT', 'READ_TARGET'],
    async call(c, side) {
      const key = { rolloutId: of(side).id, id: of(side).groupId };
      const { items } = await (await listTargetsOfRolloutGroup(c, key, {})).page();
      return items.map(({ controllerId }) => controllerId);
    },
    beyond: { READ_TARGET: [] },
    elsewhere: 'ROLLOUT_NOT_FOUND',
  }),
  listGroupsOfEachRollout: onReady({
    needs: ['READ_ROLLOUT'],
    async call(c, side) {
      const { id } = of(side);
      const { items } = await (await listGroupsOfEachRollout(c, [id], {})).get(id)!.page();
      return items.map(({ name }) => name);
    },
    elsewhere: [],
  }),
  listTargetsOfEachGroup: onReady({
    needs: ['READ_ROLLOUT', 'READ_TARGET'],
    async call(c, side) {
      const { groupId } = of(side);
      const { items } = await (await listTargetsOfEachGroup(c, [groupId], {})).get(groupId)!.page();
      return items.map(({ controllerId }) => controllerId);
    },
    beyond: { READ_TARGET: [] },
    elsewhere: [],
  }),
  watchRollout: onReady({
    needs: ['READ_ROLLOUT'],
    async call(c, side) {
      const watched = await watchRollout(c, of(side).id);
      const { value } = await watched.next();
      await watched.return?.();
      return value.rollout.name;
    },
    elsewhere: 'ROLLOUT_NOT_FOUND',
  }),
  watchRollouts: onReady({
    needs: ['READ_ROLLOUT'],
    async call(c, side) {
      const watched = await watchRollouts(c, { ids: [of(side).id] });
      const { value } = await watched.next();
      await watched.return?.();
      return value.changed[0].rollout.name;
    },
    elsewhere: 'ROLLOUT_NOT_FOUND',
  }),
  newestRollouts: onReady({
    needs: ['READ_ROLLOUT'],
    call: async (c, side) => (await newestRollouts(c, `id==${of(side).id}`, 1)).length,
    elsewhere: 0,
  }),
  'invalidateDistributionSet that stops rollouts': onRunning({
    needs: ['UPDATE_DISTRIBUTION_SET', 'UPDATE_TARGET', 'HANDLE_ROLLOUT'],
    call: (c, side) => done(invalidateDistributionSet(c, { id: of(side).setId, cancelActions: 'SOFT' })),
    beyond: {
      UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND',
      READ_TARGET: 'FORBIDDEN',
      UPDATE_TARGET: 'FORBIDDEN',
    },
  }),
};
