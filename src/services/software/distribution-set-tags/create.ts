import type { Transaction } from '../../../database/connect.ts';
import { distributionSetTags } from '../../../database/tables/distribution-sets.ts';
import { distributionSetTagAlreadyExists } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { type NewTargetTag, TargetTagInput } from '../../fleet/target-tags/input.ts';
import { creationStamp } from '../../shared/authorship.ts';
import {
  type BulkOptions,
  type Created,
  createBatch,
  insertInPieces,
  readBatch,
} from '../../shared/batch.ts';
import type { Context } from '../../shared/context.ts';
import { differsBy, refuseExisting } from '../../shared/refuse-existing.ts';
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
    check: (tx, rows) => refuseExisting(tx, rows, { tenantId, table: distributionSetTags }, [BY_NAME]),
    insert: (tx, rows) => insertTags(tx, context, rows),
    scope: null,
    event: 'distribution-set-tag.created',
    nameOf: ({ name }) => name,
  });
}

const BY_NAME = differsBy(distributionSetTags, 'name', distributionSetTagAlreadyExists);

async function insertTags(tx: Transaction, context: Context, rows: readonly NewTargetTag[]) {
  const made = { tenantId: context.caller.tenantId, ...creationStamp(context) };
  return insertInPieces(rows, (piece) =>
    tx
      .insert(distributionSetTags)
      .values(piece.map((row) => ({ ...row, ...made })))
      .returning(DISTRIBUTION_SET_TAG_COLUMNS),
  );
}
