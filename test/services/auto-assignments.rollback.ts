import { cleanUpSomeActions } from '../../src/services/deployments/actions/clean-up.ts';
import { assignNextTargets } from '../../src/services/deployments/auto-assignments/assign-next.ts';
import { createAutoAssignment } from '../../src/services/deployments/auto-assignments/create.ts';
import {
  approveAutoAssignment,
  denyAutoAssignment,
} from '../../src/services/deployments/auto-assignments/decide.ts';
import { deleteAutoAssignment } from '../../src/services/deployments/auto-assignments/delete.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
  startAutoAssignment,
} from '../../src/services/deployments/auto-assignments/handle.ts';
import { updateAutoAssignment } from '../../src/services/deployments/auto-assignments/update.ts';
import { clearAutoAssignment } from '../../src/services/fleet/target-filters/clear-auto-assignment.ts';
import { createTargetFilter } from '../../src/services/fleet/target-filters/create.ts';
import { setAutoAssignment } from '../../src/services/fleet/target-filters/set-auto-assignment.ts';
import { setConfiguration } from '../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../src/services/shared/context.ts';
import { FAR_OFF, laterThan } from './deployments/auto-assignments/support.ts';
import type { DeploymentFixture } from './deployments.rollback.ts';

/** Auto-assignments in each status. */
export interface AutoAssignmentFixture {
  readyAutoId: number;
  runningAutoId: number;
  pausedAutoId: number;
  unapprovedAutoId: number;
  assigningFilterId: number;
}

/** Of none the time has come, and those that run find no target, so that other processes leave them alone. */
export async function autoAssignmentFixture(
  context: Context,
  { otherSetId }: DeploymentFixture,
): Promise<AutoAssignmentFixture> {
  const create = async (name: string, filter = 'id==nobody') => {
    const options = { distributionSetId: otherSetId, startAt: FAR_OFF };
    return (await createAutoAssignment(context, { name, filter, ...options })).id;
  };
  const readyAutoId = await create('ready', 'id==free');
  const runningAutoId = await create('running');
  const pausedAutoId = await create('paused');
  for (const id of [runningAutoId, pausedAutoId]) await startAutoAssignment(context, { id });
  await pauseAutoAssignment(context, { id: pausedAutoId });
  await setConfiguration(context, { 'auto.assignment.approval.enabled': true });
  const unapprovedAutoId = await create('unapproved');
  await setConfiguration(context, {
    'auto.assignment.approval.enabled': false,
    'action.cleanup.auto.expiry': 60_000,
    'action.cleanup.auto.status': 'FINISHED',
  });
  const { id } = await createTargetFilter(context, { name: 'assigning', filter: 'id==nobody' });
  await setAutoAssignment(context, { targetFilterId: id, distributionSetId: otherSetId, startAt: FAR_OFF });
  return { readyAutoId, runningAutoId, pausedAutoId, unapprovedAutoId, assigningFilterId: id };
}

/** Every verb on auto-assignments that writes, called so that it would succeed. */
export const AUTO_ASSIGNMENT_VERBS: Record<
  string,
  (context: Context, fixture: AutoAssignmentFixture & DeploymentFixture) => Promise<unknown>
> = {
  createAutoAssignment: (c, { otherSetId }) =>
    createAutoAssignment(c, {
      name: 'new',
      filter: 'id==nobody',
      distributionSetId: otherSetId,
      startAt: FAR_OFF,
    }),
  updateAutoAssignment: (c, { readyAutoId }) => updateAutoAssignment(c, { id: readyAutoId, name: 'new' }),
  deleteAutoAssignment: (c, { readyAutoId }) => deleteAutoAssignment(c, { id: readyAutoId }),
  startAutoAssignment: (c, { readyAutoId }) => startAutoAssignment(c, { id: readyAutoId }),
  pauseAutoAssignment: (c, { runningAutoId }) => pauseAutoAssignment(c, { id: runningAutoId }),
  resumeAutoAssignment: (c, { pausedAutoId }) => resumeAutoAssignment(c, { id: pausedAutoId }),
  approveAutoAssignment: (c, { unapprovedAutoId }) => approveAutoAssignment(c, { id: unapprovedAutoId }),
  denyAutoAssignment: (c, { unapprovedAutoId }) => denyAutoAssignment(c, { id: unapprovedAutoId }),
  setAutoAssignment: (c, { assigningFilterId, otherSetId }) =>
    setAutoAssignment(c, {
      targetFilterId: assigningFilterId,
      distributionSetId: otherSetId,
      startAt: FAR_OFF,
    }),
  clearAutoAssignment: (c, { assigningFilterId }) =>
    clearAutoAssignment(c, { targetFilterId: assigningFilterId }),
  assignNextTargets: (c, { readyAutoId }) =>
    assignNextTargets(laterThan(c, FAR_OFF), { tenantId: c.caller.tenantId, id: readyAutoId }, { after: 0 }),
  cleanUpSomeActions: (c) => cleanUpSomeActions(laterThan(c, FAR_OFF), c.caller.tenantId),
};
