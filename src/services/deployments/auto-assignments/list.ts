import { and, eq, type SQL } from 'drizzle-orm';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { findDistributionSet } from '../../software/distribution-sets/find.ts';
import { type AutoAssignment, selectAutoAssignments } from './auto-assignment.ts';
import { AUTO_ASSIGNMENT_FIELDS, AUTO_ASSIGNMENT_ORDER, type AutoAssignmentOrderField } from './fields.ts';

/**
 * Lists auto-assignments, those of target filters too, by id unless ordered otherwise; with `among` only those for which
 * this condition holds. Needs READ_AUTO_ASSIGNMENT.
 * @throws what `listMatching` throws
 */
export async function listAutoAssignments(
  context: Context,
  request: PageRequest<AutoAssignmentOrderField>,
  among?: SQL,
): Promise<Listing<AutoAssignment>> {
  const { tenantId } = requirePermission(context, 'READ_AUTO_ASSIGNMENT');
  const { database } = context;
  const entity = { fields: AUTO_ASSIGNMENT_FIELDS, order: AUTO_ASSIGNMENT_ORDER };
  return listMatching(
    context,
    request,
    { ...entity, scope: and(eq(autoAssignments.tenantId, tenantId), among) },
    sourceOf(database, () => selectAutoAssignments(database)),
  );
}

/**
 * Lists the auto-assignments of a set, as `listAutoAssignments` does. Needs READ_AUTO_ASSIGNMENT and
 * READ_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND besides
 */
export async function listAutoAssignmentsOfSet(
  context: Context,
  setId: number,
  request: PageRequest<AutoAssignmentOrderField>,
): Promise<Listing<AutoAssignment>> {
  const { id } = await findDistributionSet(context, setId);
  return listAutoAssignments(context, request, eq(autoAssignments.setId, id));
}
