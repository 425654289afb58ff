import { and, eq } from 'drizzle-orm';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { requirePermission } from '../../access/permissions.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { type AutoAssignment, lockAutoAssignment } from './auto-assignment.ts';
import { UpdateAutoAssignment } from './input.ts';

/**
 * Changes name and description of an auto-assignment, where they are given: what it does stays as it was approved. Needs
 * UPDATE_AUTO_ASSIGNMENT.
 * @throws AUTO_ASSIGNMENT_NOT_FOUND, AUTO_ASSIGNMENT_ALREADY_EXISTS, INVALID_INPUT
 */
export async function updateAutoAssignment(
  context: Context,
  input: UpdateAutoAssignment,
): Promise<AutoAssignment> {
  const { tenantId } = requirePermission(context, 'UPDATE_AUTO_ASSIGNMENT');
  const { id, ...rest } = parse(UpdateAutoAssignment, input);
  const given = givenOf(rest);

  return change(context, async (tx, changes) => {
    const before = await lockAutoAssignment(tx, context, id);
    if (!Object.keys(given).length) return before;
    const modified = { ...given, ...modificationStamp(context) };
    await tx
      .update(autoAssignments)
      .set(modified)
      .where(and(eq(autoAssignments.tenantId, tenantId), eq(autoAssignments.id, id)));
    const after = { ...before, ...modified };
    const changed = differences(before, after, ['name', 'description']);
    changes.record({ type: 'auto-assignment.updated', subjects: [before.name], changes: changed });
    return after;
  });
}
