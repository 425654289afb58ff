import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { enrollmentGroupTags } from '../../../database/tables/enrollment.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { certificateAuthorityNotFound, targetTagNotFound, targetTypeNotFound } from '../../../errors.ts';
import { typeNamesOf } from '../../fleet/target-types/find.ts';
import type { Context } from '../../shared/context.ts';
import { certificateAuthorityWithId } from '../certificate-authorities/find.ts';

/** What a group refers to. */
interface References {
  targetTypeId?: number | null | undefined;
  certificateAuthorityId?: number | null | undefined;
  tagIds?: readonly number[] | null | undefined;
}

/**
 * @throws TARGET_TYPE_NOT_FOUND also for one the caller may not read, CERTIFICATE_AUTHORITY_NOT_FOUND,
 *   TARGET_TAG_NOT_FOUND
 */
export async function requireReferences(
  tx: Transaction,
  context: Context,
  { targetTypeId, certificateAuthorityId, tagIds }: References,
): Promise<void> {
  const { tenantId } = context.caller;
  if (targetTypeId != null && !(await typeNamesOf(tx, context, [targetTypeId])).has(targetTypeId))
    throw targetTypeNotFound(String(targetTypeId), ['targetTypeId']);
  if (certificateAuthorityId != null && !(await isAuthority(tx, tenantId, certificateAuthorityId)))
    throw certificateAuthorityNotFound(String(certificateAuthorityId), ['certificateAuthorityId']);
  const tags = await lockTags(tx, tenantId, tagIds ?? []);
  for (const [index, id] of (tagIds ?? []).entries())
    if (!tags.has(id)) throw targetTagNotFound(String(id), ['tagIds', String(index)]);
}

/** Locked so that it isn't deleted before the commit. */
async function isAuthority(tx: Transaction, tenantId: number, id: number): Promise<boolean> {
  const rows = await tx
    .select({ id: certificateAuthorities.id })
    .from(certificateAuthorities)
    .where(certificateAuthorityWithId(tenantId, id))
    .for('key share');
  return rows.length > 0;
}

async function lockTags(tx: Transaction, tenantId: number, ids: readonly number[]): Promise<Set<number>> {
  if (!ids.length) return new Set();
  const rows = await tx
    .select({ id: targetTags.id })
    .from(targetTags)
    .where(and(eq(targetTags.tenantId, tenantId), isAmong(targetTags.id, ids)))
    .orderBy(targetTags.id)
    .for('key share');
  return new Set(rows.map(({ id }) => id));
}

/** Gives a group these tags and no others. */
export async function replaceTags(
  tx: Transaction,
  tenantId: number,
  groupId: number,
  tagIds: readonly number[],
): Promise<void> {
  await tx
    .delete(enrollmentGroupTags)
    .where(and(eq(enrollmentGroupTags.tenantId, tenantId), eq(enrollmentGroupTags.groupId, groupId)));
  const rows = [...new Set(tagIds)].map((tagId) => ({ tenantId, groupId, tagId }));
  if (rows.length) await tx.insert(enrollmentGroupTags).values(rows);
}
