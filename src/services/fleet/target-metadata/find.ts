import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { targetMetadata } from '../../../database/tables/target-data.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetMetadataNotFound, targetNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { isStorableText } from '../../shared/text.ts';
import { findTarget } from '../targets/find.ts';
import { targetInScope } from '../targets/scope.ts';
import type { MetadataEntry } from './input.ts';

export type { MetadataEntry } from './input.ts';

/** The metadata of many targets, by target id, each in the order of the keys. Needs READ_TARGET. */
export async function findTargetMetadata(
  context: Context,
  targetIds: readonly number[],
): Promise<Map<number, MetadataEntry[]>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await context.database
    .select({ targetId: targetMetadata.targetId, key: targetMetadata.key, value: targetMetadata.value })
    .from(targetMetadata)
    .where(
      and(
        eq(targetMetadata.tenantId, tenantId),
        sql`${targetMetadata.targetId} = ANY(${arrayOf(targetIds)}::bigint[])`,
        await targetInScope(context, 'READ_TARGET', targetMetadata.targetId),
      ),
    )
    .orderBy(targetMetadata.targetId, targetMetadata.key);
  const found = new Map<number, MetadataEntry[]>(targetIds.map((id) => [id, []]));
  for (const { targetId, ...entry } of rows) found.get(targetId)?.push(entry);
  return found;
}

/** One entry of a target. Needs READ_TARGET. @throws TARGET_NOT_FOUND, TARGET_METADATA_NOT_FOUND */
export async function findMetadataEntry(
  context: Context,
  controllerId: string,
  key: string,
): Promise<MetadataEntry> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  if (!isStorableText(controllerId)) throw targetNotFound(controllerId);
  if (!isStorableText(key)) {
    await findTarget(context, controllerId);
    throw targetMetadataNotFound(key);
  }
  const [row] = await context.database
    .select({ key: targetMetadata.key, value: targetMetadata.value })
    .from(targets)
    .leftJoin(
      targetMetadata,
      and(
        eq(targetMetadata.tenantId, targets.tenantId),
        eq(targetMetadata.targetId, targets.id),
        eq(targetMetadata.key, key),
      ),
    )
    .where(
      and(
        eq(targets.tenantId, tenantId),
        eq(targets.controllerId, controllerId),
        await targetInScope(context, 'READ_TARGET', targets.id),
      ),
    );
  if (!row) throw targetNotFound(controllerId);
  if (row.key === null || row.value === null) throw targetMetadataNotFound(key);
  return { key: row.key, value: row.value };
}
