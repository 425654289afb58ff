import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { type AutoAssignmentStatus, autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { autoAssignmentIllegalState } from '../../../errors.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import type { Changes } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { type AutoAssignment, lockAutoAssignment } from './auto-assignment.ts';
import { NEW_PASS } from './passes.ts';

/** A step that somebody makes with an auto-assignment. */
export interface Transition {
  name: 'approved' | 'denied' | 'started' | 'paused' | 'resumed';
  from: AutoAssignmentStatus;
  to: AutoAssignmentStatus;
  approvalDecidedBy?: string;
  approvalRemark?: string | null;
}

/** @throws AUTO_ASSIGNMENT_NOT_FOUND, AUTO_ASSIGNMENT_ILLEGAL_STATE */
export async function changeStatus(
  tx: Transaction,
  context: Context,
  changes: Changes,
  { id, name, from, to, ...decision }: Transition & { id: number },
): Promise<AutoAssignment> {
  const before = await lockAutoAssignment(tx, context, id);
  if (before.status !== from) throw autoAssignmentIllegalState(String(id), before.status);
  const modified = { status: to, ...decision, ...modificationStamp(context) };
  await tx
    .update(autoAssignments)
    .set({ ...modified, ...NEW_PASS })
    .where(and(eq(autoAssignments.tenantId, context.caller.tenantId), eq(autoAssignments.id, id)));
  const after = { ...before, ...modified };
  changes.record({
    type: `auto-assignment.${name}`,
    subjects: [before.name],
    changes: differences(before, after, ['status', 'approvalRemark']),
  });
  return after;
}
