import { eq } from 'drizzle-orm';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { requirePermission } from '../../access/permissions.ts';
import {
  type AutoAssignment,
  removeAutoAssignments,
} from '../../deployments/auto-assignments/auto-assignment.ts';
import { SetAutoAssignment } from '../../deployments/auto-assignments/input.ts';
import { describeAutoAssignment, setUpAutoAssignment } from '../../deployments/auto-assignments/set-up.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { lockTargetFilter, type TargetFilter } from './find.ts';

export interface AssigningFilter {
  targetFilter: TargetFilter;
  autoAssignment: AutoAssignment;
}

/**
 * Lets all targets that match a target filter, now or later, have a distribution set, each once; another that the filter
 * had before ends. Needs READ_DISTRIBUTION_SET and UPDATE_TARGET.
 * @throws TARGET_FILTER_NOT_FOUND, INVALID_INPUT, and what `setUp` throws
 */
export async function setAutoAssignment(
  context: Context,
  input: SetAutoAssignment,
): Promise<AssigningFilter> {
  requirePermission(context, 'READ_DISTRIBUTION_SET', 'UPDATE_TARGET');
  const { targetFilterId, ...options } = parse(SetAutoAssignment, input);

  return change(context, async (tx, changes) => {
    const targetFilter = await lockTargetFilter(tx, context, targetFilterId, ['targetFilterId']);
    const { name, filter } = targetFilter;
    await removeAutoAssignments(tx, context, eq(autoAssignments.targetFilterId, targetFilterId));
    const autoAssignment = await setUpAutoAssignment(tx, context, {
      ...options,
      name,
      filter,
      targetFilterId,
      filterField: 'targetFilterId',
    });
    changes.record({
      type: 'target-filter.set-assigned',
      subjects: [name],
      changes: describeAutoAssignment(autoAssignment),
    });
    return { targetFilter, autoAssignment };
  });
}
