import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { distributionSetMetadata } from '../../../database/tables/distribution-sets.ts';
import { distributionSetMetadataNotFound } from '../../../errors.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { MetadataEntry } from '../../fleet/target-metadata/input.ts';
import type { Context } from '../../shared/context.ts';
import { findDistributionSet } from '../distribution-sets/find.ts';
import { setsAs } from '../distribution-sets/set.ts';

export type { MetadataEntry } from '../../fleet/target-metadata/input.ts';

/** The metadata of many sets, by set id, each in the order of the keys. Needs READ_DISTRIBUTION_SET. */
export async function findMetadataOfSets(
  context: Context,
  setIds: readonly number[],
): Promise<Map<number, MetadataEntry[]>> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const { setId, key, value } = distributionSetMetadata;
  const rows = await context.database
    .select({ setId, key, value })
    .from(distributionSetMetadata)
    .where(
      and(
        eq(distributionSetMetadata.tenantId, tenantId),
        isAmong(setId, setIds),
        await rowInScope(context, setsAs('READ_DISTRIBUTION_SET'), setId),
      ),
    )
    .orderBy(setId, key);
  const found = new Map<number, MetadataEntry[]>(setIds.map((id) => [id, []]));
  for (const { setId: id, ...entry } of rows) found.get(id)?.push(entry);
  return found;
}

/** All metadata of one set. Needs READ_DISTRIBUTION_SET. @throws DISTRIBUTION_SET_NOT_FOUND */
export async function listSetMetadata(context: Context, setId: number): Promise<MetadataEntry[]> {
  const { id } = await findDistributionSet(context, setId);
  return (await findMetadataOfSets(context, [id])).get(id) ?? [];
}

/**
 * One entry of a set. Needs READ_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_METADATA_NOT_FOUND
 */
export async function findSetMetadata(context: Context, setId: number, key: string): Promise<MetadataEntry> {
  const entry = (await listSetMetadata(context, setId)).find((one) => one.key === key);
  if (!entry) throw distributionSetMetadataNotFound(key);
  return entry;
}
