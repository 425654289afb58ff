import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import type { AutoAssignment } from './auto-assignment.ts';
import { changeStatus, type Transition } from './change-status.ts';

interface Which {
  id: number;
}
const START: Transition = { name: 'started', from: 'ready', to: 'running' };
const PAUSE: Transition = { name: 'paused', from: 'running', to: 'paused' };
const RESUME: Transition = { name: 'resumed', from: 'paused', to: 'running' };

/**
 * Starts an auto-assignment that is ready, even before its start time. Needs HANDLE_AUTO_ASSIGNMENT.
 * @throws AUTO_ASSIGNMENT_NOT_FOUND, AUTO_ASSIGNMENT_ILLEGAL_STATE
 */
export async function startAutoAssignment(context: Context, { id }: Which): Promise<AutoAssignment> {
  requirePermission(context, 'HANDLE_AUTO_ASSIGNMENT');
  return change(context, (tx, changes) => changeStatus(tx, context, changes, { id, ...START }));
}

/**
 * Holds up an auto-assignment that runs; what it has assigned goes on. Needs HANDLE_AUTO_ASSIGNMENT.
 * @throws AUTO_ASSIGNMENT_NOT_FOUND, AUTO_ASSIGNMENT_ILLEGAL_STATE
 */
export async function pauseAutoAssignment(context: Context, { id }: Which): Promise<AutoAssignment> {
  requirePermission(context, 'HANDLE_AUTO_ASSIGNMENT');
  return change(context, (tx, changes) => changeStatus(tx, context, changes, { id, ...PAUSE }));
}

/**
 * Resumes an auto-assignment that was paused. Needs HANDLE_AUTO_ASSIGNMENT.
 * @throws AUTO_ASSIGNMENT_NOT_FOUND, AUTO_ASSIGNMENT_ILLEGAL_STATE
 */
export async function resumeAutoAssignment(context: Context, { id }: Which): Promise<AutoAssignment> {
  requirePermission(context, 'HANDLE_AUTO_ASSIGNMENT');
  return change(context, (tx, changes) => changeStatus(tx, context, changes, { id, ...RESUME }));
}
