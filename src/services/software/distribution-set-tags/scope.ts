import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import {
  distributionSets,
  distributionSetTagAssignments,
  distributionSetTags,
} from '../../../database/tables/distribution-sets.ts';
import { outOfScope } from '../../../errors.ts';
import { findOutOfScope } from '../../access/in-scope.ts';
import { isUnscoped } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { type SetPermission, setsAs } from '../distribution-sets/set.ts';

/** The condition that a set has a tag. */
export const setHasTag = (tenantId: number, tagId: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${distributionSetTagAssignments} WHERE ${and(
    eq(distributionSetTagAssignments.tenantId, tenantId),
    eq(distributionSetTagAssignments.setId, distributionSets.id),
    isAmong(distributionSetTagAssignments.tagId, [tagId]),
  )})`;

/**
 * Checks that all sets with a tag are in the permission's scope. The tag is locked, so that no other set gets it until
 * the transaction ends: renaming or deleting a tag changes the sets that have it.
 * @throws FORBIDDEN
 */
export async function requireTaggedSetsInScope(
  tx: Transaction,
  context: Context,
  permission: SetPermission,
  tagId: number,
): Promise<void> {
  const { tenantId } = context.caller;
  if (isUnscoped(context, permission)) return;
  await tx
    .select({ id: distributionSetTags.id })
    .from(distributionSetTags)
    .where(and(eq(distributionSetTags.tenantId, tenantId), isAmong(distributionSetTags.id, [tagId])))
    .for('update');
  const [beyond] = await findOutOfScope(tx, context, setsAs(permission), setHasTag(tenantId, tagId));
  if (beyond) throw outOfScope(permission, 'every distribution set that has the tag');
}
