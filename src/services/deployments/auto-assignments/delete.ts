import { isAmong } from '../../../database/bulk.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { autoAssignmentNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { removeAutoAssignments } from './auto-assignment.ts';

/** Deletes an auto-assignment; its actions stay. Needs DELETE_AUTO_ASSIGNMENT. @throws AUTO_ASSIGNMENT_NOT_FOUND */
export async function deleteAutoAssignment(context: Context, { id }: { id: number }): Promise<void> {
  requirePermission(context, 'DELETE_AUTO_ASSIGNMENT');

  await change(context, async (tx, changes) => {
    const names = await removeAutoAssignments(tx, context, isAmong(autoAssignments.id, [id]));
    if (!names.length) throw autoAssignmentNotFound(String(id));
    changes.record({ type: 'auto-assignment.deleted', subjects: names });
  });
}
