import { createAutoAssignment } from '../../../../src/services/deployments/auto-assignments/create.ts';
import {
  approveAutoAssignment,
  denyAutoAssignment,
} from '../../../../src/services/deployments/auto-assignments/decide.ts';
import { deleteAutoAssignment } from '../../../../src/services/deployments/auto-assignments/delete.ts';
import {
  findAutoAssignment,
  findAutoAssignments,
} from '../../../../src/services/deployments/auto-assignments/find.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
  startAutoAssignment,
} from '../../../../src/services/deployments/auto-assignments/handle.ts';
import {
  listAutoAssignments,
  listAutoAssignmentsOfSet,
} from '../../../../src/services/deployments/auto-assignments/list.ts';
import { updateAutoAssignment } from '../../../../src/services/deployments/auto-assignments/update.ts';
import { clearAutoAssignment } from '../../../../src/services/fleet/target-filters/clear-auto-assignment.ts';
import { deleteTargetFilter } from '../../../../src/services/fleet/target-filters/delete.ts';
import { listTargetFiltersOfSet } from '../../../../src/services/fleet/target-filters/list.ts';
import { setAutoAssignment } from '../../../../src/services/fleet/target-filters/set-auto-assignment.ts';
import { updateTargetFilter } from '../../../../src/services/fleet/target-filters/update.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { deleteDistributionSet } from '../../../../src/services/software/distribution-sets/delete.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import {
  findSetStatistics,
  findStatisticsOfSet,
} from '../../../../src/services/software/distribution-sets/statistics.ts';
import { createSet } from '../../deployments/assignments/support.ts';
import { FAR_OFF } from '../../deployments/auto-assignments/support.ts';
import { deployedOf, on } from './deployments.ts';
import type { Verb, Verbs } from './verb.ts';
import type { Side } from './world.ts';

interface Assigning {
  setId: number;
  autoAssignmentId: number;
}
const made = new WeakMap<Side, Assigning>();
const assigningOf = (side: Side): Assigning => made.get(side)!;

/** Who reaches the targets of the inner side only, as a scope of the walk does; of the outer side who reaches all. */
function makerOf(admin: Context, { name }: Side): Context {
  const scope = name === 'inner' ? ['group==inner'] : null;
  const permissions = new Map([...admin.caller.permissions, ['UPDATE_TARGET', scope] as const]);
  return { ...admin, caller: { ...admin.caller, permissions } };
}

/** A set of the side's name, and an auto-assignment of it that finds nothing. */
async function makeAutoAssignment(admin: Context, side: Side): Promise<void> {
  const setId = await createSet(admin, side.name);
  const { id } = await createAutoAssignment(makerOf(admin, side), {
    name: side.name,
    filter: 'id==nobody',
    distributionSetId: setId,
    startAt: FAR_OFF,
  });
  made.set(side, { setId, autoAssignmentId: id });
}

const WHOLE = 'auto-assignments themselves take no scope: what they assign to is narrowed when they do';
/** Those alone that were set up within the same scope. */
const ALIKE = { READ_TARGET: 'FORBIDDEN', UPDATE_TARGET: 'FORBIDDEN' } as const;
const idOf = (side: Side) => ({ id: assigningOf(side).autoAssignmentId });

type Given = NonNullable<Verb['given']>;
const assigning =
  (prepare?: Given): Given =>
  async (admin, side) => {
    await makeAutoAssignment(admin, side);
    await prepare?.(admin, side);
  };
const givenAssigning = assigning();
const givenAssigningFilter = assigning(async (admin, side) => {
  const options = { distributionSetId: assigningOf(side).setId, startAt: FAR_OFF };
  await deleteAutoAssignment(admin, idOf(side));
  await setAutoAssignment(makerOf(admin, side), { targetFilterId: side.filterId, ...options });
});
/** A verb on one auto-assignment. */
const of = (verb: Omit<Verb, 'given'>, given = givenAssigning): Verb => ({
  elsewhere: 'AUTO_ASSIGNMENT_NOT_FOUND',
  ...verb,
  given,
});
/** A verb on the auto-assignment of a target filter. */
const ofFilter = (verb: Omit<Verb, 'given'>): Verb => of(verb, givenAssigningFilter);
const askForApproval = (admin: Context) =>
  setConfiguration(admin, { 'auto.assignment.approval.enabled': true });

export const AUTO_ASSIGNMENT_VERBS: Verbs = {
  createAutoAssignment: of({
    needs: ['CREATE_AUTO_ASSIGNMENT', 'READ_DISTRIBUTION_SET', 'UPDATE_TARGET'],
    call: (c, side) =>
      createAutoAssignment(c, {
        name: `new ${side.name}`,
        filter: 'id==nobody',
        distributionSetId: assigningOf(side).setId,
        startAt: FAR_OFF,
      }),
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    unnarrowed: WHOLE,
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
  updateAutoAssignment: of({
    needs: ['UPDATE_AUTO_ASSIGNMENT'],
    call: (c, side) => updateAutoAssignment(c, { ...idOf(side), description: 'new' }),
    beyond: ALIKE,
  }),
  deleteAutoAssignment: of({
    needs: ['DELETE_AUTO_ASSIGNMENT'],
    call: (c, side) => deleteAutoAssignment(c, idOf(side)),
    beyond: ALIKE,
  }),
  startAutoAssignment: of({
    needs: ['HANDLE_AUTO_ASSIGNMENT'],
    call: (c, side) => startAutoAssignment(c, idOf(side)),
    beyond: ALIKE,
  }),
  pauseAutoAssignment: of(
    {
      needs: ['HANDLE_AUTO_ASSIGNMENT'],
      call: (c, side) => pauseAutoAssignment(c, idOf(side)),
      beyond: ALIKE,
    },
    assigning((admin, side) => startAutoAssignment(admin, idOf(side))),
  ),
  resumeAutoAssignment: of(
    {
      needs: ['HANDLE_AUTO_ASSIGNMENT'],
      call: (c, side) => resumeAutoAssignment(c, idOf(side)),
      beyond: ALIKE,
    },
    assigning(async (admin, side) => {
      await startAutoAssignment(admin, idOf(side));
      await pauseAutoAssignment(admin, idOf(side));
    }),
  ),
  approveAutoAssignment: {
    ...of({
      needs: ['APPROVE_AUTO_ASSIGNMENT'],
      call: (c, side) => approveAutoAssignment(c, idOf(side)),
      beyond: ALIKE,
    }),
    given: (admin, side) => askForApproval(admin).then(() => makeAutoAssignment(admin, side)),
  },
  denyAutoAssignment: {
    ...of({
      needs: ['APPROVE_AUTO_ASSIGNMENT'],
      call: (c, side) => denyAutoAssignment(c, idOf(side)),
      beyond: ALIKE,
    }),
    given: (admin, side) => askForApproval(admin).then(() => makeAutoAssignment(admin, side)),
  },
  findAutoAssignment: of({
    needs: ['READ_AUTO_ASSIGNMENT'],
    call: (c, side) => findAutoAssignment(c, idOf(side).id),
  }),
  findAutoAssignments: of({
    needs: ['READ_AUTO_ASSIGNMENT'],
    call: async (c, side) => (await findAutoAssignments(c, [idOf(side).id])).map((found) => found?.name),
    elsewhere: [undefined],
  }),
  listAutoAssignments: of({
    needs: ['READ_AUTO_ASSIGNMENT'],
    call: async (c, { name }) => (await listAutoAssignments(c, { filter: `name==${name}` })).total(),
    elsewhere: 0,
  }),
  listAutoAssignmentsOfSet: of({
    needs: ['READ_AUTO_ASSIGNMENT', 'READ_DISTRIBUTION_SET'],
    call: async (c, side) => (await listAutoAssignmentsOfSet(c, assigningOf(side).setId, {})).total(),
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
  setAutoAssignment: ofFilter({
    needs: ['READ_DISTRIBUTION_SET', 'UPDATE_TARGET'],
    call: (c, side) =>
      setAutoAssignment(c, {
        targetFilterId: side.filterId,
        distributionSetId: assigningOf(side).setId,
        startAt: FAR_OFF,
      }),
    beyond: { ...ALIKE, READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  }),
  clearAutoAssignment: ofFilter({
    needs: ['UPDATE_TARGET'],
    call: (c, { filterId }) => clearAutoAssignment(c, { targetFilterId: filterId }),
    beyond: ALIKE,
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  }),
  'updateTargetFilter with an auto-assignment': ofFilter({
    needs: ['READ_DISTRIBUTION_SET', 'UPDATE_TARGET'],
    call: (c, { filterId }) => updateTargetFilter(c, { id: filterId, filter: 'id==nobody' }),
    beyond: { ...ALIKE, READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  }),
  'updateTargetFilter with an auto-assignment, by another name': ofFilter({
    needs: ['UPDATE_TARGET'],
    call: (c, { filterId, name }) => updateTargetFilter(c, { id: filterId, name: `new ${name}` }),
    beyond: ALIKE,
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  }),
  'deleteTargetFilter with an auto-assignment': ofFilter({
    needs: ['DELETE_TARGET'],
    call: (c, { filterId }) => deleteTargetFilter(c, { id: filterId }),
    beyond: { ...ALIKE, DELETE_TARGET: 'FORBIDDEN' },
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  }),
  'deleteDistributionSet that ends an auto-assignment': of({
    needs: ['DELETE_DISTRIBUTION_SET'],
    call: (c, side) => deleteDistributionSet(c, { id: assigningOf(side).setId }),
    beyond: { ...ALIKE, DELETE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
  'invalidateDistributionSet that ends an auto-assignment': of({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) => invalidateDistributionSet(c, { id: assigningOf(side).setId, cancelActions: 'NONE' }),
    beyond: { ...ALIKE, UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
  listTargetFiltersOfSet: ofFilter({
    needs: ['READ_DISTRIBUTION_SET', 'READ_TARGET'],
    call: async (c, side) => (await listTargetFiltersOfSet(c, assigningOf(side).setId, {})).total(),
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    unnarrowed: WHOLE,
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
};

export const STATISTICS_VERBS: Verbs = {
  findStatisticsOfSet: on({
    needs: ['READ_DISTRIBUTION_SET', 'READ_TARGET'],
    call: async (c, side) => (await findStatisticsOfSet(c, deployedOf(side).setId)).actions,
    beyond: { READ_TARGET: [], READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_NOT_FOUND',
  }),
  findSetStatistics: on({
    needs: ['READ_DISTRIBUTION_SET', 'READ_TARGET'],
    call: async (c, side) => (await findSetStatistics(c, [deployedOf(side).setId]))[0]!.actions,
    beyond: { READ_TARGET: [], READ_DISTRIBUTION_SET: [] },
  }),
};
