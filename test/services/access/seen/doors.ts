import type { Permission } from '../../../../src/services/access/grants.ts';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../../../src/services/deployments/actions/confirm.ts';
import { deleteActions } from '../../../../src/services/deployments/actions/delete.ts';
import { forceActions } from '../../../../src/services/deployments/actions/force.ts';
import { listActionsOfEach, listActionsOfTarget } from '../../../../src/services/deployments/actions/list.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import {
  listTargetsOfEachSet,
  listTargetsOfSet,
} from '../../../../src/services/deployments/assignments/find.ts';
import { createAutoAssignment } from '../../../../src/services/deployments/auto-assignments/create.ts';
import { listAutoAssignmentsOfSet } from '../../../../src/services/deployments/auto-assignments/list.ts';
import { setAutoConfirm } from '../../../../src/services/deployments/auto-confirm/set.ts';
import { createRollout } from '../../../../src/services/deployments/rollouts/create.ts';
import { listTargetsOfEachGroup } from '../../../../src/services/deployments/rollouts/list-of-each.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { rejectTargets } from '../../../../src/services/devices/pending-targets/reject.ts';
import { endClaimCodes } from '../../../../src/services/fleet/claims/end-codes.ts';
import { releaseTargets } from '../../../../src/services/fleet/claims/release.ts';
import { exportTargets } from '../../../../src/services/fleet/exports/export-targets.ts';
import { createTargetFilter } from '../../../../src/services/fleet/target-filters/create.ts';
import { setAutoAssignment } from '../../../../src/services/fleet/target-filters/set-auto-assignment.ts';
import { updateTargetFilter } from '../../../../src/services/fleet/target-filters/update.ts';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import { listTargetsOfGroup } from '../../../../src/services/fleet/target-groups/list.ts';
import { deleteTargetMetadata } from '../../../../src/services/fleet/target-metadata/delete.ts';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { unassignTargetTags } from '../../../../src/services/fleet/target-tags/unassign.ts';
import { assignTargetType } from '../../../../src/services/fleet/targets/assign-type.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { listPendingTokenRotations } from '../../../../src/services/fleet/targets/find.ts';
import { rotateTargetTokens } from '../../../../src/services/fleet/targets/rotate-tokens.ts';
import type { LiveContext } from '../../../../src/services/platform/live/live.ts';
import { watchActions } from '../../../../src/services/platform/live/watch-actions.ts';
import { watchTargets } from '../../../../src/services/platform/live/watch-targets.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { listModulesOfSet } from '../../../../src/services/software/distribution-sets/list.ts';
import { updateDistributionSet } from '../../../../src/services/software/distribution-sets/update.ts';
import { createApiKey } from '../by-name.ts';
import type { Fleet } from './fleet.ts';

interface Door {
  name: string;
  permission: Permission;
  give: (context: LiveContext, fleet: Fleet) => Promise<unknown>;
  /** The filter is asked later, in the name of whoever gave it. */
  isKept?: true;
}

const OF_SETS = 'assignedDs.version==1';
const OF_TYPES = 'type.name!=x';
const dryRun = true;

/** Verbs that take a filter of targets that asks for the sets that targets have. */
const OF_TARGETS: Record<string, Door['give']> = {
  exportTargets: (c) => exportTargets(c, { filter: OF_SETS }),
  watchTargets: async (c) => watchTargets(c, { filter: OF_SETS }),
  listTargetsOfGroup: (c) => listTargetsOfGroup(c, { group: 'x' }, { filter: OF_SETS }),
  listPendingTokenRotations: (c) => listPendingTokenRotations(c, { filter: OF_SETS }),
  listTargetsOfEachGroup: (c) => listTargetsOfEachGroup(c, [1], { filter: OF_SETS }),
  deleteTargets: (c) => deleteTargets(c, { filter: OF_SETS, dryRun }),
  releaseTargets: (c) => releaseTargets(c, { filter: OF_SETS, dryRun, digest: 'd', expiresAt: new Date() }),
  endClaimCodes: (c) => endClaimCodes(c, { filter: OF_SETS, dryRun }),
  assignTargetType: (c) => assignTargetType(c, { targetTypeId: null, filter: OF_SETS, dryRun }),
  assignTargetGroup: (c) => assignTargetGroup(c, { group: null, filter: OF_SETS, dryRun }),
  setTargetMetadata: (c) =>
    setTargetMetadata(c, { filter: OF_SETS, entries: [{ key: 'k', value: 'v' }], dryRun }),
  deleteTargetMetadata: (c) => deleteTargetMetadata(c, { filter: OF_SETS, keys: ['k'], dryRun }),
  assignTargetTags: (c) => assignTargetTags(c, { tagNames: ['inner'], filter: OF_SETS, dryRun }),
  unassignTargetTags: (c) => unassignTargetTags(c, { tagNames: ['inner'], filter: OF_SETS, dryRun }),
  setAutoConfirm: (c) => setAutoConfirm(c, { filter: OF_SETS, active: true, dryRun }),
  rotateTargetTokens: (c) => rotateTargetTokens(c, { filter: OF_SETS, dryRun }),
};

/** Those that need to know sets anyway: their filters ask for types. */
const OF_TARGETS_AND_SETS: Record<string, Door['give']> = {
  listTargetsOfSet: (c, { setId }) => listTargetsOfSet(c, setId, 'assigned', { filter: OF_TYPES }),
  listTargetsOfEachSet: (c, { setId }) => listTargetsOfEachSet(c, 'assigned', [setId], { filter: OF_TYPES }),
  assignDistributionSet: (c, { setId: distributionSetId }) =>
    assignDistributionSet(c, { distributionSetId, assignments: [{ filter: OF_TYPES }], dryRun }),
};

const OF_ACTIONS: Record<string, Door['give']> = {
  listActionsOfTarget: (c) => listActionsOfTarget(c, 'inner', { filter: 'ds.version==1' }),
  listActionsOfEach: (c) => listActionsOfEach(c, 'target', [1], { filter: 'ds.version==1' }),
  watchActions: async (c) => watchActions(c, { filter: 'ds.version==1' }),
  cancelActions: (c) => cancelActions(c, { filter: 'ds.version==1', dryRun }),
  forceActions: (c) => forceActions(c, { filter: 'ds.version==1', dryRun }),
  confirmActions: (c) => confirmActions(c, { filter: 'ds.version==1', confirmation: 'denied', dryRun }),
  deleteActions: (c) => deleteActions(c, { filter: 'ds.version==1', dryRun }),
};

const OF_OTHERS: Door[] = [
  {
    name: 'listModulesOfSet',
    permission: 'READ_SOFTWARE_MODULE_TYPE',
    give: (c, { setId }) => listModulesOfSet(c, setId, { filter: 'type.name==x' }),
  },
  {
    name: 'listAutoAssignmentsOfSet',
    permission: 'READ_DISTRIBUTION_SET',
    give: (c, { setId }) => listAutoAssignmentsOfSet(c, setId, { filter: 'distributionSet.name==x' }),
  },
  ...[approveTargets, rejectTargets].map(
    (verb): Door => ({
      name: verb.name,
      permission: 'READ_TENANT_CONFIGURATION',
      give: (c) => verb(c, { filter: 'enrollmentGroup==inner', dryRun }),
    }),
  ),
  {
    name: 'createTargetFilter',
    permission: 'READ_DISTRIBUTION_SET',
    give: (c) => createTargetFilter(c, { name: 'new', filter: OF_SETS }),
  },
  {
    name: 'updateTargetFilter',
    permission: 'READ_DISTRIBUTION_SET',
    give: (c, { filterId }) => updateTargetFilter(c, { id: filterId, filter: OF_SETS }),
  },
];

/** What is asked later, by the server. */
const KEPT: Omit<Door, 'isKept'>[] = [
  {
    name: 'createAutoAssignment',
    permission: 'READ_TARGET_TYPE',
    give: (c, { setId: distributionSetId }) =>
      createAutoAssignment(c, { name: 'new', filter: OF_TYPES, distributionSetId }),
  },
  {
    name: 'setAutoAssignment',
    permission: 'READ_DISTRIBUTION_SET',
    give: (c, { setFilterId, setId: distributionSetId }) =>
      setAutoAssignment(c, { targetFilterId: setFilterId, distributionSetId }),
  },
  {
    name: 'createRollout',
    permission: 'READ_TARGET_TYPE',
    give: (c, { setId: distributionSetId }) =>
      createRollout(c, { name: 'new', filter: OF_TYPES, distributionSetId }),
  },
  {
    name: 'createRollout with a group',
    permission: 'READ_TARGET_TYPE',
    give: (c, { setId: distributionSetId }) =>
      createRollout(c, {
        name: 'new',
        filter: 'id==*',
        distributionSetId,
        groups: [{ name: 'g', filter: OF_TYPES }],
      }),
  },
  {
    name: 'updateDistributionSet with the targets it is for',
    permission: 'READ_TARGET_TYPE',
    give: (c, { setId: id }) => updateDistributionSet(c, { id, targetFilter: OF_TYPES }),
  },
  {
    name: 'setConfiguration of polling',
    permission: 'READ_DISTRIBUTION_SET',
    give: (c) => setConfiguration(c, { pollingTime: `00:05:00, ${OF_SETS} -> 00:01:00` }),
  },
  {
    name: 'createApiKey with a scope',
    permission: 'READ_DISTRIBUTION_SET',
    give: (c) => createApiKey(c, { name: 'new', permissions: ['READ_TARGET'], scope: OF_SETS }),
  },
  {
    name: 'createApiKey with a scoped permission',
    permission: 'READ_DISTRIBUTION_SET',
    give: (c) => createApiKey(c, { name: 'new', permissions: [`READ_TARGET/${OF_SETS}`] }),
  },
  {
    name: 'createApiKey with a scoped permission on sets',
    permission: 'READ_SOFTWARE_MODULE',
    give: (c) => createApiKey(c, { name: 'new', permissions: ['READ_DISTRIBUTION_SET/module.name==x'] }),
  },
];

const asDoors = (verbs: Record<string, Door['give']>, permission: Permission): Door[] =>
  Object.entries(verbs).map(([name, give]) => ({ name, permission, give }));

export const DOORS: Door[] = [
  ...asDoors(OF_TARGETS, 'READ_DISTRIBUTION_SET'),
  ...asDoors(OF_TARGETS_AND_SETS, 'READ_TARGET_TYPE'),
  ...asDoors(OF_ACTIONS, 'READ_DISTRIBUTION_SET'),
  ...OF_OTHERS,
  ...KEPT.map((door): Door => ({ ...door, isKept: true })),
];
