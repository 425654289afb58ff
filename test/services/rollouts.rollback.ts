import { advanceRollout } from '../../src/services/deployments/rollouts/advance.ts';
import { createRollout } from '../../src/services/deployments/rollouts/create.ts';
import { decideRollout } from '../../src/services/deployments/rollouts/decide.ts';
import { deleteRollout } from '../../src/services/deployments/rollouts/delete.ts';
import { pauseRollout } from '../../src/services/deployments/rollouts/pause.ts';
import { resumeRollout } from '../../src/services/deployments/rollouts/resume.ts';
import { startRollout } from '../../src/services/deployments/rollouts/start.ts';
import { stopRollout } from '../../src/services/deployments/rollouts/stop.ts';
import { triggerNextRolloutGroup } from '../../src/services/deployments/rollouts/trigger-next-group.ts';
import { updateRollout } from '../../src/services/deployments/rollouts/update.ts';
import { setConfiguration } from '../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../src/services/shared/context.ts';
import { createSet } from './deployments/assignments/support.ts';
import { addTargets, begin, plan } from './deployments/rollouts/support.ts';

const HOUR_MS = 3_600_000;

/** The rollouts that the verbs below are called on, by their state. */
export interface RolloutFixture {
  rolledSetId: number;
  /** It is to begin in an hour. */
  laterId: number;
  readyId: number;
  runningRolloutId: number;
  pausedId: number;
  undecidedId: number;
}

export async function rolloutFixture(context: Context): Promise<RolloutFixture> {
  await addTargets(context, 'rolled1', 'rolled2');
  const distributionSetId = await createSet(context, 'rolled');
  const common = { filter: 'id==rolled*', distributionSetId, groupCount: 2 };
  const readyId = await plan(context, { ...common, name: 'ready' });
  const pausedId = await begin(context, { ...common, name: 'paused' });
  await pauseRollout(context, { id: pausedId });
  const runningRolloutId = await begin(context, { filter: 'id==rolled*', groupCount: 2, name: 'running' });
  const laterId = await plan(context, { ...common, name: 'later', startAt: new Date(Date.now() + HOUR_MS) });
  await setConfiguration(context, { 'rollout.approval.enabled': true });
  const undecidedId = await plan(context, { ...common, name: 'undecided' });
  await setConfiguration(context, { 'rollout.approval.enabled': false });
  return { rolledSetId: distributionSetId, laterId, readyId, runningRolloutId, pausedId, undecidedId };
}

/** Every verb on rollouts that writes, called so that it would succeed. */
export const ROLLOUT_VERBS: Record<string, (context: Context, fixture: RolloutFixture) => Promise<unknown>> =
  {
    createRollout: (c, { rolledSetId }) =>
      createRollout(c, { name: 'new', filter: 'id==rolled*', distributionSetId: rolledSetId }),
    updateRollout: (c, { readyId }) => updateRollout(c, { id: readyId, name: 'new' }),
    deleteRollout: (c, { readyId }) => deleteRollout(c, { id: readyId }),
    startRollout: (c, { readyId }) => startRollout(c, { id: readyId }),
    pauseRollout: (c, { runningRolloutId }) => pauseRollout(c, { id: runningRolloutId }),
    resumeRollout: (c, { pausedId }) => resumeRollout(c, { id: pausedId }),
    stopRollout: (c, { runningRolloutId }) => stopRollout(c, { id: runningRolloutId }),
    triggerNextRolloutGroup: (c, { runningRolloutId }) =>
      triggerNextRolloutGroup(c, { id: runningRolloutId }),
    decideRollout: (c, { undecidedId }) => decideRollout(c, { id: undecidedId, approved: true }),
    advanceRollout: (c, { laterId }) =>
      advanceRollout(
        { ...c, clock: () => new Date(Date.now() + 2 * HOUR_MS) },
        { tenantId: c.caller.tenantId, id: laterId },
      ),
  };
