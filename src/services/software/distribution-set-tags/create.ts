import { eq } from 'drizzle-orm';
import { chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetTags } from '../../../database/tables/distribution-sets.ts';
import { distributionSetTagAlreadyExists } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { type NewTargetTag, TargetTagInput } from '../../fleet/target-tags/input.ts';
import { creationStamp } from '../../shared/authorship.ts';
import {
  type Batch,
  type BulkOptions,
  type Created,
  createBatch,
  INSERTED_AT_ONCE,
  readBatch,
  refuseTaken,
} from '../../shared/batch.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';
import { DISTRIBUTION_SET_TAG_COLUMNS, type DistributionSetTag } from './find.ts';

export interface CreateDistributionSetTags extends BulkOptions {
  distributionSetTags: readonly TargetTagInput[];
}

/**
 * Creates distribution set tags. Needs CREATE_DISTRIBUTION_SET. What is wrong with rows is returned, not thrown; with
 * REJECT_ALL nothing is created then.
 */
export async function createDistributionSetTags(
  context: Context,
  input: CreateDistributionSetTags,
): Promise<Created<DistributionSetTag>> {
  const { tenantId } = requirePermission(context, 'CREATE_DISTRIBUTION_SET');
  const batch = await readBatch(TargetTagInput, input.distributionSetTags, 'distributionSetTags');
  return createBatch(context, batch, input, {
    check: (tx, rows) => refuseExisting(tx, tenantId, rows),
    insert: (tx, rows) => insertTags(tx, context, rows),
    scope: null,
    event: 'distribution-set-tag.created',
    nameOf: ({ name }) => name,
  });
}

async function refuseExisting(tx: Transaction, tenantId: number, batch: Batch<NewTargetTag>) {
  await lockCreations(tx, 'distribution_set_tags', tenantId);
  const stored = await tx
    .select({ name: distributionSetTags.name })
    .from(distributionSetTags)
    .where(eq(distributionSetTags.tenantId, tenantId));
  const nameOf = ({ name }: { name: string }) => name;
  const fault = ({ name }: NewTargetTag) => distributionSetTagAlreadyExists(name);
  refuseTaken(batch, [{ of: nameOf, taken: stored.map(nameOf), fault }]);
}

async function insertTags(tx: Transaction, context: Context, rows: readonly NewTargetTag[]) {
  const made = { tenantId: context.caller.tenantId, ...creationStamp(context) };
  const created: DistributionSetTag[] = [];
  for (const chunk of chunks(rows, INSERTED_AT_ONCE))
    created.push(
      ...(await tx
        .insert(distributionSetTags)
        .values(chunk.map((row) => ({ ...row, ...made })))
        .returning(DISTRIBUTION_SET_TAG_COLUMNS)),
    );
  return created;
}
