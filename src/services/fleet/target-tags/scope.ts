import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetTagAssignments, targetTags } from '../../../database/tables/target-data.ts';
import { targets } from '../../../database/tables/targets.ts';
import { outOfScope } from '../../../errors.ts';
import { findOutOfScope } from '../../access/in-scope.ts';
import { isUnscoped } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { type TargetPermission, targetsAs } from '../targets/scope.ts';

/** The condition that a target has a tag. */
export const targetHasTag = (tenantId: number, tagId: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${targetTagAssignments} WHERE ${and(
    eq(targetTagAssignments.tenantId, tenantId),
    eq(targetTagAssignments.targetId, targets.id),
    isAmong(targetTagAssignments.tagId, [tagId]),
  )})`;

/**
 * Checks that the permission reaches all targets that have a tag, and lets nobody else have it meanwhile. Its name is a
 * thing of theirs: by a new one, or by its end, who may change some targets could change others, or bring them into its
 * own scope.
 * @throws FORBIDDEN
 */
export async function requireTaggedTargetsInScope(
  tx: Transaction,
  context: Context,
  permission: TargetPermission,
  tagId: number,
): Promise<void> {
  const { tenantId } = context.caller;
  if (isUnscoped(context, permission)) return;
  await tx
    .select({ id: targetTags.id })
    .from(targetTags)
    .where(and(eq(targetTags.tenantId, tenantId), isAmong(targetTags.id, [tagId])))
    .for('update');
  const [beyond] = await findOutOfScope(tx, context, targetsAs(permission), targetHasTag(tenantId, tagId));
  if (beyond) throw outOfScope(permission, 'every target that has the tag');
}
