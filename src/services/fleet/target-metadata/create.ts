import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetMetadata } from '../../../database/tables/target-data.ts';
import { targetMetadataAlreadyExists } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { lockTarget } from '../targets/selection.ts';
import { MetadataEntries, type MetadataEntry } from './input.ts';
import { valuesOf, writeEntries } from './write.ts';

const CreateTargetMetadata = z.object({ controllerId: z.string(), entries: MetadataEntries });
export type CreateTargetMetadata = z.input<typeof CreateTargetMetadata>;

/**
 * Adds entries to the metadata of a target, all or none. Needs UPDATE_TARGET.
 * @throws TARGET_NOT_FOUND, TARGET_METADATA_ALREADY_EXISTS for the first key that is there, QUOTA_EXCEEDED,
 *   INVALID_INPUT
 */
export async function createTargetMetadata(context: Context, input: CreateTargetMetadata): Promise<void> {
  requirePermission(context, 'UPDATE_TARGET');
  const { controllerId, entries } = parse(CreateTargetMetadata, input);

  await change(context, async (tx, changes) => {
    const target = await lockTarget(tx, context, 'UPDATE_TARGET', { controllerId });
    await refuseExisting(tx, target, entries);
    await writeEntries({ tx, context, changes }, [target], entries);
    changes.targetsInScope([controllerId]);
    changes.record({ type: 'target.metadata-set', subjects: [controllerId], changes: valuesOf(entries) });
  });
}

/** The target's row is locked, so nobody adds a key after this look. */
async function refuseExisting(
  tx: Transaction,
  target: { tenantId: number; id: number },
  entries: readonly MetadataEntry[],
): Promise<void> {
  const rows = await tx
    .select({ key: targetMetadata.key })
    .from(targetMetadata)
    .where(
      and(
        eq(targetMetadata.tenantId, target.tenantId),
        eq(targetMetadata.targetId, target.id),
        sql`${targetMetadata.key} = ANY(${arrayOf(entries.map(({ key }) => key))}::text[])`,
      ),
    );
  const existing = new Set(rows.map(({ key }) => key));
  for (const [index, { key }] of entries.entries())
    if (existing.has(key)) throw targetMetadataAlreadyExists(key, ['entries', String(index), 'key']);
}
