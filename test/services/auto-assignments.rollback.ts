import { cleanUpSomeActions } from '../../src/services/actions/clean-up.ts';
import { assignNextTargets } from '../../src/services/auto-assignments/assign-next.ts';
import { createAutoAssignment } from '../../src/services/auto-assignments/create.ts';
import { approveAutoAssignment, denyAutoAssignment } from '../../src/services/auto-assignments/decide.ts';
import { deleteAutoAssignment } from '../../src/services/auto-assignments/delete.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
  startAutoAssignment,
} from '../../src/services/auto-assignments/handle.ts';
import { updateAutoAssignment } from '../../src/services/auto-assignments/update.ts';
import type { Context } from '../../src/services/context.ts';
import { clearAutoAssignment } from '../../src/services/target-filters/clear-auto-assignment.ts';
import { createTargetFilter } from '../../src/services/target-filters/create.ts';
import { setAutoAssignment } from '../../src/services/target-filters/set-auto-assignment.ts';
import { setConfiguration } from '../../src/services/tenants/set-configuration.ts';
import { FAR_OFF, laterThan } from './auto-assignments/support.ts';
import type { DeploymentFixture } from './deployments.rollback.ts';

/** Auto-assignments in each status. */
export interface AutoAssignmentFixture {
  readyId: number;
  runningId: number;
  pausedId: number;
  unapprovedId: number;
  assigningFilterId: number;
}

/** Of none the time has come, and those that run find no target, so that other processes leave them alone. */
export async function autoAssignmentFixture(
  context: Context,
  { otherSetId }: DeploymentFixture,
): Promise<AutoAssignmentFixture> {
  const create = async (name: string, query = 'id==nobody') => {
    const options = { distributionSetId: otherSetId, startAt: FAR_OFF };
    return (await createAutoAssignment(context, { name, query, ...options })).id;
  };
  const readyId = await create('ready', 'id==free');
  const runningId = await create('running');
  const pausedId = await create('paused');
  for (const id of [runningId, pausedId]) await startAutoAssignment(context, { id });
  await pauseAutoAssignment(context, { id: pausedId });
  await setConfiguration(context, { 'auto.assignment.approval.enabled': true });
  const unapprovedId = await create('unapproved');
  await setConfiguration(context, {
    'auto.assignment.approval.enabled': false,
    'action.cleanup.auto.expiry': 60_000,
    'action.cleanup.auto.status': 'FINISHED',
  });
  const { id } = await createTargetFilter(context, { name: 'assigning', query: 'id==nobody' });
  await setAutoAssignment(context, { targetFilterId: id, distributionSetId: otherSetId, startAt: FAR_OFF });
  return { readyId, runningId, pausedId, unapprovedId, assigningFilterId: id };
}

/** Every verb on auto-assignments that writes, called so that it would succeed. */
export const AUTO_ASSIGNMENT_VERBS: Record<
  string,
  (context: Context, fixture: AutoAssignmentFixture & DeploymentFixture) => Promise<unknown>
> = {
  createAutoAssignment: (c, { otherSetId }) =>
    createAutoAssignment(c, {
      name: 'new',
      query: 'id==nobody',
      distributionSetId: otherSetId,
      startAt: FAR_OFF,
    }),
  updateAutoAssignment: (c, { readyId }) => updateAutoAssignment(c, { id: readyId, name: 'new' }),
  deleteAutoAssignment: (c, { readyId }) => deleteAutoAssignment(c, { id: readyId }),
  startAutoAssignment: (c, { readyId }) => startAutoAssignment(c, { id: readyId }),
  pauseAutoAssignment: (c, { runningId }) => pauseAutoAssignment(c, { id: runningId }),
  resumeAutoAssignment: (c, { pausedId }) => resumeAutoAssignment(c, { id: pausedId }),
  approveAutoAssignment: (c, { unapprovedId }) => approveAutoAssignment(c, { id: unapprovedId }),
  denyAutoAssignment: (c, { unapprovedId }) => denyAutoAssignment(c, { id: unapprovedId }),
  setAutoAssignment: (c, { assigningFilterId, otherSetId }) =>
    setAutoAssignment(c, {
      targetFilterId: assigningFilterId,
      distributionSetId: otherSetId,
      startAt: FAR_OFF,
    }),
  clearAutoAssignment: (c, { assigningFilterId }) =>
    clearAutoAssignment(c, { targetFilterId: assigningFilterId }),
  assignNextTargets: (c, { readyId }) =>
    assignNextTargets(laterThan(c, FAR_OFF), { tenantId: c.caller.tenantId, id: readyId }, 0),
  cleanUpSomeActions: (c) => cleanUpSomeActions(laterThan(c, FAR_OFF), c.caller.tenantId),
};
