import { and, eq } from 'drizzle-orm';
import { targetFilters } from '../../../database/tables/target-data.ts';
import { requirePermission } from '../../access/permissions.ts';
import { lockAutoAssignmentOfFilter } from '../../deployments/auto-assignments/auto-assignment.ts';
import { renameWithFilter, replaceAutoAssignment } from '../../deployments/auto-assignments/follow-filter.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { lockTargetFilter, TARGET_FILTER_COLUMNS, type TargetFilter } from './find.ts';
import { checkFilter, TargetFilterUpdate } from './input.ts';

/**
 * Changes what is given of a target filter and keeps the rest. Its auto-assignment goes with it: another expression is set up
 * anew. Needs UPDATE_TARGET, and to change the expression of a filter with an auto-assignment READ_DISTRIBUTION_SET, too.
 * @throws TARGET_FILTER_NOT_FOUND, TARGET_FILTER_ALREADY_EXISTS, INVALID_INPUT, the filter's errors, and what `replaceAutoAssignment`
 *   throws
 */
export async function updateTargetFilter(context: Context, input: TargetFilterUpdate): Promise<TargetFilter> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { id, ...rest } = parse(TargetFilterUpdate, input);
  const given = givenOf(rest);
  if (given.filter !== undefined) checkFilter(context, given.filter);

  return change(context, async (tx, changes) => {
    const before = await lockTargetFilter(tx, context, id);
    if (!Object.keys(given).length) return before;
    const [filter] = await tx
      .update(targetFilters)
      .set({ ...given, ...modificationStamp(context) })
      .where(and(eq(targetFilters.tenantId, tenantId), eq(targetFilters.id, id)))
      .returning(TARGET_FILTER_COLUMNS);
    const changed = differences(before, filter!, ['name', 'filter']);
    changes.record({ type: 'target-filter.updated', subjects: [before.name], changes: changed });
    const linked = await lockAutoAssignmentOfFilter(tx, context, id);
    if (linked && filter!.filter !== before.filter) {
      requirePermission(context, 'READ_DISTRIBUTION_SET');
      await replaceAutoAssignment(tx, context, changes, { linked, targetFilter: filter! });
    } else if (linked && linked.name === before.name) {
      await renameWithFilter(tx, context, linked, filter!.name);
    }
    return filter!;
  });
}
