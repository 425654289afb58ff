import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { AutoAssignment } from './auto-assignment.ts';
import { changeStatus } from './change-status.ts';
import { DecideAutoAssignment } from './input.ts';

/**
 * Approves an auto-assignment, which then starts at its start time. Needs APPROVE_AUTO_ASSIGNMENT.
 * @throws AUTO_ASSIGNMENT_NOT_FOUND, AUTO_ASSIGNMENT_ILLEGAL_STATE, INVALID_INPUT
 */
export async function approveAutoAssignment(
  context: Context,
  input: DecideAutoAssignment,
): Promise<AutoAssignment> {
  const { username } = requirePermission(context, 'APPROVE_AUTO_ASSIGNMENT');
  const { id, remark } = parse(DecideAutoAssignment, input);
  const decision = { approvalDecidedBy: username, approvalRemark: remark ?? null };
  return change(context, (tx, changes) =>
    changeStatus(tx, context, changes, {
      id,
      name: 'approved',
      from: 'waiting_for_approval',
      to: 'ready',
      ...decision,
    }),
  );
}

/**
 * Denies an auto-assignment for good. Needs APPROVE_AUTO_ASSIGNMENT.
 * @throws AUTO_ASSIGNMENT_NOT_FOUND, AUTO_ASSIGNMENT_ILLEGAL_STATE, INVALID_INPUT
 */
export async function denyAutoAssignment(
  context: Context,
  input: DecideAutoAssignment,
): Promise<AutoAssignment> {
  const { username } = requirePermission(context, 'APPROVE_AUTO_ASSIGNMENT');
  const { id, remark } = parse(DecideAutoAssignment, input);
  const decision = { approvalDecidedBy: username, approvalRemark: remark ?? null };
  return change(context, (tx, changes) =>
    changeStatus(tx, context, changes, {
      id,
      name: 'denied',
      from: 'waiting_for_approval',
      to: 'approval_denied',
      ...decision,
    }),
  );
}
