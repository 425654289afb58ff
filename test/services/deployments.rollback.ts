import { and, eq } from 'drizzle-orm';
import { actions } from '../../src/database/tables/actions.ts';
import { cancelActions } from '../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../src/services/deployments/actions/confirm.ts';
import { deleteActions, deleteOldActions } from '../../src/services/deployments/actions/delete.ts';
import { forceActions } from '../../src/services/deployments/actions/force.ts';
import { assignDistributionSet } from '../../src/services/deployments/assignments/assign.ts';
import { asDevice } from '../../src/services/devices/device-context.ts';
import {
  activateOwnAutoConfirm,
  deactivateOwnAutoConfirm,
} from '../../src/services/devices/reports/auto-confirm.ts';
import { reportConfirmation } from '../../src/services/devices/reports/confirm.ts';
import { reportCancellation } from '../../src/services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../src/services/devices/reports/report-deployment.ts';
import { reportInstalled } from '../../src/services/devices/reports/report-installed.ts';
import { noteDownload } from '../../src/services/devices/updates/downloads.ts';
import { noteRetrieval } from '../../src/services/devices/updates/retrieve.ts';
import { createTargets } from '../../src/services/fleet/targets/create.ts';
import { setConfiguration } from '../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../src/services/shared/context.ts';
import { createDistributionSets } from '../../src/services/software/distribution-sets/create.ts';
import { createSoftwareModules } from '../../src/services/software/software-modules/create.ts';

/** The actions that the verbs below are called on. */
export interface DeploymentFixture {
  assignedSetId: number;
  otherSetId: number;
  runningId: number;
  endedId: number;
  cancelingId: number;
  waitingId: number;
}

/** Target `deployed` is to have one set, `canceling` not any more, `waiting` if it is confirmed; `offline` has it. */
export async function deploymentFixture(context: Context): Promise<DeploymentFixture> {
  await createTargets(context, {
    targets: ['deployed', 'offline', 'canceling', 'waiting', 'free'].map((controllerId) => ({
      controllerId,
    })),
  });
  const modules = await createSoftwareModules(context, {
    softwareModules: [{ type: 'os', name: 'deployed', version: '1' }],
  });
  const moduleIds = modules.created.map(({ id }) => id);
  const { created } = await createDistributionSets(context, {
    distributionSets: ['1', '2'].map((version) => ({ type: 'os', name: 'deployed', version, moduleIds })),
  });
  const [assignedSetId, otherSetId] = created.map(({ id }) => id);
  const assign = async (controllerId: string, confirmationRequired = false) => {
    const { actions } = await assignDistributionSet(context, {
      distributionSetId: assignedSetId!,
      assignments: [{ controllerIds: [controllerId], forceType: 'soft', confirmationRequired }],
      offline: controllerId === 'offline',
    });
    return actions[0]!.id;
  };
  const runningId = await assign('deployed');
  const endedId = await assign('offline');
  const cancelingId = await assign('canceling');
  await cancelActions(context, { actionIds: [cancelingId] });
  await setConfiguration(context, { 'user.confirmation.flow.enabled': true });
  const waitingId = await assign('waiting', true);
  await setConfiguration(context, { 'user.confirmation.flow.enabled': false });
  return {
    assignedSetId: assignedSetId!,
    otherSetId: otherSetId!,
    runningId,
    endedId,
    cancelingId,
    waitingId,
  };
}

const CLOSED = { execution: 'closed', result: 'success', details: [] } as const;

const deviceIn = async (context: Context, controllerId: string) =>
  asDevice(context, await context.tenants.byId(context.caller.tenantId), controllerId, { address: 'x' });

/** Every verb on deployments that writes, called so that it would succeed. */
export const DEPLOYMENT_VERBS: Record<
  string,
  (context: Context, fixture: DeploymentFixture) => Promise<unknown>
> = {
  assignDistributionSet: (c, { otherSetId }) =>
    assignDistributionSet(c, { distributionSetId: otherSetId, assignments: [{ filter: 'id==*' }] }),
  cancelActions: (c, { runningId }) => cancelActions(c, { actionIds: [runningId] }),
  forceActions: (c) => forceActions(c, { filter: 'active==true' }),
  confirmActions: (c, { waitingId }) =>
    confirmActions(c, { actionIds: [waitingId], confirmation: 'confirmed' }),
  activateOwnAutoConfirm: async (c) => activateOwnAutoConfirm(await deviceIn(c, 'free'), {}),
  deactivateOwnAutoConfirm: async (c) => deactivateOwnAutoConfirm(await deviceIn(c, 'b')),
  reportConfirmation: async (c, { waitingId }) =>
    reportConfirmation(await deviceIn(c, 'waiting'), waitingId, {
      confirmation: 'confirmed',
      code: null,
      messages: [],
    }),
  noteDownload: async (c, { runningId }) =>
    noteDownload(await deviceIn(c, 'deployed'), runningId, { path: '/a.bin', filename: 'f' }),
  noteRetrieval: async (c, { runningId }) => {
    const { tenantId } = c.caller;
    const [met] = await c.database
      .select()
      .from(actions)
      .where(and(eq(actions.tenantId, tenantId), eq(actions.id, runningId)));
    await noteRetrieval(await deviceIn(c, 'deployed'), met!);
  },
  reportCancellation: async (c, { cancelingId }) =>
    reportCancellation(await deviceIn(c, 'canceling'), cancelingId, CLOSED),
  reportDeployment: async (c, { runningId }) =>
    reportDeployment(await deviceIn(c, 'deployed'), runningId, CLOSED),
  reportInstalled: async (c) =>
    reportInstalled(await deviceIn(c, 'free'), { name: 'deployed', version: '1' }),
  deleteActions: (c, { endedId }) => deleteActions(c, { actionIds: [endedId] }),
  deleteOldActions: (c) => deleteOldActions(c, { controllerId: 'offline', keepLast: 0 }),
};
