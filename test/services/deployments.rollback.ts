import { cancelActions } from '../../src/services/actions/cancel.ts';
import { deleteActions, deleteOldActions } from '../../src/services/actions/delete.ts';
import { forceActions } from '../../src/services/actions/force.ts';
import type { Context } from '../../src/services/context.ts';
import { assignDistributionSet } from '../../src/services/deployments/assign.ts';
import { createDistributionSets } from '../../src/services/distribution-sets/create.ts';
import { createSoftwareModules } from '../../src/services/software-modules/create.ts';
import { createTargets } from '../../src/services/targets/create.ts';

/** The actions that the verbs below are called on. */
export interface DeploymentFixture {
  assignedSetId: number;
  otherSetId: number;
  runningId: number;
  endedId: number;
}

/** Target `deployed` is to have one set; `offline` has it. */
export async function deploymentFixture(context: Context): Promise<DeploymentFixture> {
  await createTargets(context, { targets: [{ controllerId: 'deployed' }, { controllerId: 'offline' }] });
  const modules = await createSoftwareModules(context, {
    softwareModules: [{ type: 'os', name: 'deployed', version: '1' }],
  });
  const moduleIds = modules.created.map(({ id }) => id);
  const { created } = await createDistributionSets(context, {
    distributionSets: ['1', '2'].map((version) => ({ type: 'os', name: 'deployed', version, moduleIds })),
  });
  const [assignedSetId, otherSetId] = created.map(({ id }) => id);
  const [runningId, endedId] = await Promise.all(
    ['deployed', 'offline'].map(async (controllerId) => {
      const { actions } = await assignDistributionSet(context, {
        distributionSetId: assignedSetId!,
        assignments: [{ controllerIds: [controllerId], forceType: 'soft' }],
        offline: controllerId === 'offline',
      });
      return actions[0]!.id;
    }),
  );
  return {
    assignedSetId: assignedSetId!,
    otherSetId: otherSetId!,
    runningId: runningId!,
    endedId: endedId!,
  };
}

/** Every verb on deployments that writes, called so that it would succeed. */
export const DEPLOYMENT_VERBS: Record<
  string,
  (context: Context, fixture: DeploymentFixture) => Promise<unknown>
> = {
  assignDistributionSet: (c, { otherSetId }) =>
    assignDistributionSet(c, { distributionSetId: otherSetId, assignments: [{ filter: 'id==*' }] }),
  cancelActions: (c, { runningId }) => cancelActions(c, { actionIds: [runningId] }),
  forceActions: (c) => forceActions(c, { filter: 'active==true' }),
  deleteActions: (c, { endedId }) => deleteActions(c, { actionIds: [endedId] }),
  deleteOldActions: (c) => deleteOldActions(c, { controllerId: 'offline', keepLast: 0 }),
};
