import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { autoAssignmentNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { type AutoAssignment, readAutoAssignments, selectAutoAssignments } from './auto-assignment.ts';

/** The auto-assignment of that id. Needs READ_AUTO_ASSIGNMENT. @throws AUTO_ASSIGNMENT_NOT_FOUND */
export async function findAutoAssignment(context: Context, id: number): Promise<AutoAssignment> {
  const [found] = await findAutoAssignments(context, [id]);
  if (!found) throw autoAssignmentNotFound(String(id));
  return found;
}

/** For each id its auto-assignment, or undefined where there is none. Needs READ_AUTO_ASSIGNMENT. */
export async function findAutoAssignments(
  context: Context,
  ids: readonly number[],
): Promise<(AutoAssignment | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_AUTO_ASSIGNMENT');
  const byId = await readAutoAssignments(context.database, tenantId, ids);
  return ids.map((id) => byId.get(id));
}

/** For each of the target filters its auto-assignment, undefined where it has none or the caller may not read filters. */
export async function findAutoAssignmentsOfFilters(
  context: Context,
  targetFilterIds: readonly number[],
): Promise<(AutoAssignment | undefined)[]> {
  const { tenantId, permissions } = context.caller;
  if (!permissions.has('READ_TARGET')) return targetFilterIds.map(() => undefined);
  const ofThese = isAmong(autoAssignments.targetFilterId, targetFilterIds);
  const rows = await selectAutoAssignments(context.database).where(
    and(eq(autoAssignments.tenantId, tenantId), ofThese),
  );
  const found = new Map(rows.map((row) => [row.targetFilterId, row]));
  return targetFilterIds.map((id) => found.get(id));
}
