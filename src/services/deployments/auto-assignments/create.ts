import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { AutoAssignment } from './auto-assignment.ts';
import { CreateAutoAssignment, checkFilter } from './input.ts';
import { describeAutoAssignment, setUpAutoAssignment } from './set-up.ts';

/**
 * Assigns a distribution set once to every target that matches a filter, now or later. Needs CREATE_AUTO_ASSIGNMENT,
 * READ_DISTRIBUTION_SET and UPDATE_TARGET.
 * @throws INVALID_INPUT, the filter's errors, and what `setUp` throws
 */
export async function createAutoAssignment(
  context: Context,
  input: CreateAutoAssignment,
): Promise<AutoAssignment> {
  requirePermission(context, 'CREATE_AUTO_ASSIGNMENT', 'READ_DISTRIBUTION_SET', 'UPDATE_TARGET');
  const given = parse(CreateAutoAssignment, input);
  checkFilter(context, given.filter);

  return change(context, async (tx, changes) => {
    const created = await setUpAutoAssignment(tx, context, given);
    changes.record({
      type: 'auto-assignment.created',
      subjects: [created.name],
      changes: describeAutoAssignment(created),
    });
    return created;
  });
}
