import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import type { TargetFilter } from '../../fleet/target-filters/find.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import type { Changes } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { type AutoAssignment, removeAutoAssignments } from './auto-assignment.ts';
import { describeAutoAssignment, setUpAutoAssignment } from './set-up.ts';

const itself = ({ caller: { tenantId } }: Context, { id }: AutoAssignment) =>
  and(eq(autoAssignments.tenantId, tenantId), eq(autoAssignments.id, id))!;

/** Gives the auto-assignment of a target filter, which is locked, the filter's new name. */
export const renameWithFilter = (
  tx: Transaction,
  context: Context,
  linked: AutoAssignment,
  name: string,
): Promise<unknown> =>
  tx
    .update(autoAssignments)
    .set({ name, ...modificationStamp(context) })
    .where(itself(context, linked));

/**
 * Replaces the auto-assignment of a target filter whose expression was changed. The new one belongs to the caller: the approval
 * of the old one, and the account it acted for, were for other targets.
 * @throws what `setUpAutoAssignment` throws
 */
export async function replaceAutoAssignment(
  tx: Transaction,
  context: Context,
  changes: Changes,
  {
    linked,
    targetFilter,
  }: { linked: AutoAssignment; targetFilter: Pick<TargetFilter, 'id' | 'name' | 'filter'> },
): Promise<void> {
  const { id, name, filter } = targetFilter;
  const {
    distributionSet,
    description,
    forceType,
    weight,
    confirmationRequired,
    startAt,
    ignoreTargetFilter,
  } = linked;
  await removeAutoAssignments(tx, context, itself(context, linked));
  const created = await setUpAutoAssignment(tx, context, {
    name,
    description,
    filter,
    targetFilterId: id,
    distributionSetId: distributionSet.id,
    forceType,
    weight,
    confirmationRequired,
    startAt,
    ignoreTargetFilter,
  });
  changes.record({
    type: 'target-filter.set-assigned',
    subjects: [name],
    changes: describeAutoAssignment(created),
  });
}
