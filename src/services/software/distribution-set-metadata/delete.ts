import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { distributionSetMetadata } from '../../../database/tables/distribution-sets.ts';
import { distributionSetMetadataNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { isStorableText } from '../../shared/text.ts';
import type { DistributionSet } from '../distribution-sets/distribution-set.ts';
import { lockValidSet, touchSet } from '../distribution-sets/set.ts';
import { titleOf } from '../software-modules/module.ts';

const DeleteDistributionSetMetadata = z.object({
  id: z.number(),
  keys: listOf(z.string()).min(1, 'must have at least one key'),
});
export type DeleteDistributionSetMetadata = z.input<typeof DeleteDistributionSetMetadata>;

/**
 * Deletes entries of a set's metadata, all or none. Needs UPDATE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID,
 *   DISTRIBUTION_SET_METADATA_NOT_FOUND, INVALID_INPUT
 */
export async function deleteDistributionSetMetadata(
  context: Context,
  input: DeleteDistributionSetMetadata,
): Promise<DistributionSet> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, keys } = parse(DeleteDistributionSetMetadata, input);

  return change(context, async (tx, changes) => {
    const set = await lockValidSet(tx, context, { permission: 'UPDATE_DISTRIBUTION_SET', id });
    const deleted = await tx
      .delete(distributionSetMetadata)
      .where(
        and(
          eq(distributionSetMetadata.tenantId, tenantId),
          eq(distributionSetMetadata.setId, id),
          inArray(distributionSetMetadata.key, keys.filter(isStorableText)),
        ),
      )
      .returning({ key: distributionSetMetadata.key, value: distributionSetMetadata.value });
    const found = new Map(deleted.map(({ key, value }) => [key, value]));
    const missing = keys.find((key) => !found.has(key));
    if (missing !== undefined) throw distributionSetMetadataNotFound(missing);
    const after = await touchSet(tx, context, id);
    changes.record({
      type: 'distribution-set.metadata-deleted',
      subjects: [titleOf(set)],
      changes: { metadata: { old: Object.fromEntries(found) } },
    });
    return after;
  });
}
