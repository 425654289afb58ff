import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { distributionSetMetadata } from '../../../database/tables/distribution-sets.ts';
import { quotaExceeded } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { entriesOf, MetadataEntry, MOST_ENTRIES } from '../../fleet/target-metadata/input.ts';
import { valuesOf } from '../../fleet/target-metadata/write.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { DistributionSet } from '../distribution-sets/distribution-set.ts';
import { lockValidSet, touchSet } from '../distribution-sets/set.ts';
import { titleOf } from '../software-modules/module.ts';

const SetDistributionSetMetadata = z.object({ id: z.number(), entries: entriesOf(MetadataEntry) });
export type SetDistributionSetMetadata = z.input<typeof SetDistributionSetMetadata>;

/**
 * Adds or overwrites entries of a set's metadata, all or none; other entries stay. Needs UPDATE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function setDistributionSetMetadata(
  context: Context,
  input: SetDistributionSetMetadata,
): Promise<DistributionSet> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, entries } = parse(SetDistributionSetMetadata, input);

  return change(context, async (tx, changes) => {
    const set = await lockValidSet(tx, context, { permission: 'UPDATE_DISTRIBUTION_SET', id });
    await tx
      .insert(distributionSetMetadata)
      .values(entries.map((entry) => ({ tenantId, setId: id, ...entry })))
      .onConflictDoUpdate({
        target: [
          distributionSetMetadata.tenantId,
          distributionSetMetadata.setId,
          distributionSetMetadata.key,
        ],
        set: { value: sql`excluded.value` },
      });
    const ofSet = and(eq(distributionSetMetadata.tenantId, tenantId), eq(distributionSetMetadata.setId, id));
    if ((await tx.$count(distributionSetMetadata, ofSet)) > MOST_ENTRIES)
      throw quotaExceeded('metadata entries of a distribution set', MOST_ENTRIES, ['entries']);
    const after = await touchSet(tx, context, id);
    changes.record({
      type: 'distribution-set.metadata-set',
      subjects: [titleOf(set)],
      changes: valuesOf(entries),
    });
    return after;
  });
}
