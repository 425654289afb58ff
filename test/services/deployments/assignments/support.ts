import { listActionsOfTarget } from '../../../../src/services/deployments/actions/list.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import { findDeployments } from '../../../../src/services/deployments/assignments/find.ts';
import type { AssignDistributionSet } from '../../../../src/services/deployments/assignments/input.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createDistributionSets } from '../../../../src/services/software/distribution-sets/create.ts';
import { createSoftwareModules } from '../../../../src/services/software/software-modules/create.ts';

/** A set that can be assigned; its name is `name`, its one module has that, too. */
export async function createSet(
  context: Context,
  name: string,
  requiredMigrationStep = false,
): Promise<number> {
  const modules = await createSoftwareModules(context, {
    softwareModules: [{ type: 'os', name, version: '1' }],
  });
  const { created } = await createDistributionSets(context, {
    distributionSets: [
      {
        type: 'os',
        name,
        version: '1',
        requiredMigrationStep,
        moduleIds: modules.created.map(({ id }) => id),
      },
    ],
  });
  return created[0]!.id;
}

/** Assigns a set to targets. @returns the ids of the new actions */
export async function assign(
  context: Context,
  distributionSetId: number,
  controllerIds: string[],
  {
    offline,
    ...options
  }: Omit<AssignDistributionSet['assignments'][number], 'filter'> & { offline?: boolean } = {},
): Promise<number[]> {
  const assignments = [{ ...options, controllerIds }];
  const { actions } = await assignDistributionSet(context, { distributionSetId, assignments, offline });
  return actions.map(({ id }) => id);
}

/** What a target is to have and has, and the states of its actions, the oldest first. */
export async function stateOf(context: Context, controllerId: string) {
  const target = await findTarget(context, controllerId);
  const [deployment] = await findDeployments(context, [target.id]);
  const listing = await listActionsOfTarget(context, controllerId, {
    orderBy: [{ field: 'id', direction: 'asc' }],
  });
  const { items } = await listing.page();
  return {
    updateStatus: target.updateStatus,
    assigned: deployment!.assignedSetId,
    installed: deployment!.installedSetId,
    actions: items.map(({ status, active }) => `${status}${active ? ' (active)' : ''}`),
  };
}
