import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';
import { autoAssignments } from '../../database/tables/auto-assignments.ts';
import { requirePermission } from '../access/permissions.ts';
import { modification } from '../authorship.ts';
import type { Changes } from '../change.ts';
import type { Context } from '../context.ts';
import { lockAutoAssignmentOfFilter, removeAutoAssignments } from './auto-assignment.ts';
import { described, setUp } from './set-up.ts';

interface Filter {
  id: number;
  name: string;
  query: string;
}

/**
 * Brings the auto-assignment of a saved filter, if it has one, in line with the filter as it is now. With another query it
 * is a new one, of whoever changed the query: what was approved, and in whose name it acted, was for other targets.
 * @throws FORBIDDEN without READ_DISTRIBUTION_SET where the query is another, and what `setUp` throws
 */
export async function followFilter(
  tx: Transaction,
  context: Context,
  changes: Changes,
  before: Filter,
  { id, name, query }: Filter,
): Promise<void> {
  const old = await lockAutoAssignmentOfFilter(tx, context, id);
  if (!old) return;
  const itself = and(eq(autoAssignments.tenantId, context.caller.tenantId), eq(autoAssignments.id, old.id))!;
  if (query !== before.query) {
    requirePermission(context, 'READ_DISTRIBUTION_SET');
    await removeAutoAssignments(tx, context, itself);
    const { distributionSet, description, forceType, weight, confirmationRequired, startAt } = old;
    const options = { description, forceType, weight, confirmationRequired, startAt };
    const set = { distributionSetId: distributionSet.id, targetFilterId: id };
    const created = await setUp(tx, context, { name, query, ...set, ...options });
    changes.record({ type: 'target-filter.set-assigned', subjects: [name], changes: described(created) });
  } else if (name !== before.name && old.name === before.name) {
    await tx
      .update(autoAssignments)
      .set({ name, ...modification(context) })
      .where(itself);
  }
}
