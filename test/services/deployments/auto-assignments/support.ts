import {
  type AutoAssignmentKey,
  assignNextTargets,
} from '../../../../src/services/deployments/auto-assignments/assign-next.ts';
import type { AutoAssignment } from '../../../../src/services/deployments/auto-assignments/auto-assignment.ts';
import { createAutoAssignment } from '../../../../src/services/deployments/auto-assignments/create.ts';
import type { CreateAutoAssignment } from '../../../../src/services/deployments/auto-assignments/input.ts';
import type { Context, Platform } from '../../../../src/services/shared/context.ts';

/** Servers of other tests assign on the same database. What begins then only a test assigns that says it is later. */
export const FAR_OFF = new Date('2100-01-01');

/** The same at another time. */
export const laterThan = <T extends Platform>(platform: T, time: Date): T => ({
  ...platform,
  clock: () => new Date(time.getTime() + 1_000),
});

/** An auto-assignment for all targets, to begin far off. */
export const autoAssignment = (
  context: Context,
  distributionSetId: number,
  options: Partial<CreateAutoAssignment> = {},
): Promise<AutoAssignment> =>
  createAutoAssignment(context, {
    name: `auto ${distributionSetId}`,
    filter: 'id==*',
    distributionSetId,
    startAt: FAR_OFF,
    ...options,
  });

/** Assigns, when its time has come, to all targets. */
export async function assignAll(context: Context, { id }: Pick<AutoAssignment, 'id'>): Promise<void> {
  const key: AutoAssignmentKey = { tenantId: context.caller.tenantId, id };
  const later = laterThan(context, FAR_OFF);
  for (let after: number | null = 0; after !== null; ) after = await assignNextTargets(later, key, { after });
}
