import { and, eq } from 'drizzle-orm';
import { actions } from '../../../../src/database/tables/actions.ts';
import { targets } from '../../../../src/database/tables/targets.ts';
import { DomainError } from '../../../../src/errors.ts';
import { advanceRollout } from '../../../../src/services/deployments/rollouts/advance.ts';
import { countTargetsOfRollouts } from '../../../../src/services/deployments/rollouts/counts.ts';
import { createRollout } from '../../../../src/services/deployments/rollouts/create.ts';
import { findRollout } from '../../../../src/services/deployments/rollouts/find.ts';
import type { RolloutInput } from '../../../../src/services/deployments/rollouts/input.ts';
import { listRolloutGroups } from '../../../../src/services/deployments/rollouts/list.ts';
import { startRollout } from '../../../../src/services/deployments/rollouts/start.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { reportDeployment } from '../../../../src/services/devices/reports/report-deployment.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createSet } from '../assignments/support.ts';

/**
 * Does what the periodic job does for one rollout, until nothing is left to do at once. Servers of other tests may do it,
 * too: of one that is deleted it may be nothing.
 */
export async function settle(context: Context, id: number): Promise<void> {
  try {
    while (await advanceRollout(context, { tenantId: context.caller.tenantId, id }));
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'ROLLOUT_NOT_FOUND')) throw error;
  }
}

/** A rollout that is ready, of a set of its own. */
export async function plan(
  context: Context,
  input: Partial<RolloutInput> & Pick<RolloutInput, 'name'>,
): Promise<number> {
  const distributionSetId = input.distributionSetId ?? (await createSet(context, input.name as string));
  const { id } = await createRollout(context, { filter: 'id==*', ...input, distributionSetId });
  await settle(context, id);
  return id;
}

/** The same, begun. */
export async function begin(context: Context, input: Parameters<typeof plan>[1]): Promise<number> {
  const id = await plan(context, input);
  await startRollout(context, { id });
  await settle(context, id);
  return id;
}

export const addTargets = (context: Context, ...controllerIds: string[]) =>
  createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });

/** A device reports the end of what it is at. */
export async function report(
  context: Context,
  controllerId: string,
  result: 'success' | 'failure',
): Promise<void> {
  const { database, caller, tenants } = context;
  const [running] = await database
    .select({ id: actions.id })
    .from(actions)
    .innerJoin(targets, and(eq(targets.tenantId, actions.tenantId), eq(targets.id, actions.targetId)))
    .where(
      and(
        eq(actions.tenantId, caller.tenantId),
        eq(targets.controllerId, controllerId),
        eq(actions.active, true),
      ),
    );
  const device = asDevice(context, await tenants.byId(caller.tenantId), controllerId, { address: 'x' });
  await reportDeployment(device, running!.id, { execution: 'closed', result, details: [] });
}

/** How a rollout and its groups are, and how many of its targets are how far, as far as there are any. */
export async function stateOf(context: Context, id: number) {
  const rollout = await findRollout(context, id);
  const [counts] = await countTargetsOfRollouts(context, [rollout]);
  const { items } = await (await listRolloutGroups(context, id, {})).page();
  return {
    status: rollout.status,
    groups: items.map(({ name, status, totalTargets }) => `${name} ${status} ${totalTargets}`),
    counts: Object.fromEntries(Object.entries(counts!).filter(([, count]) => count)),
  };
}
