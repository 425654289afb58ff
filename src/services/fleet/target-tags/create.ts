import type { Transaction } from '../../../database/connect.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTagAlreadyExists } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
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
import { TARGET_TAG_COLUMNS, type TargetTag } from './find.ts';
import { type NewTargetTag, TargetTagInput } from './input.ts';

export interface CreateTargetTags extends BulkOptions {
  targetTags: readonly TargetTagInput[];
}

/**
 * Creates target tags. Needs CREATE_TARGET. What is wrong with rows is returned, not thrown; with REJECT_ALL nothing
 * is created then. Nothing is announced: no target has a new tag yet.
 */
export async function createTargetTags(
  context: Context,
  input: CreateTargetTags,
): Promise<Created<TargetTag>> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const batch = await readBatch(TargetTagInput, input.targetTags, 'targetTags');
  return createBatch(context, batch, input, {
    check: (tx, rows) => refuseExisting(tx, rows, { tenantId, table: targetTags }, [BY_NAME]),
    insert: (tx, rows) => insertTags(tx, context, rows),
    scope: null,
    event: 'target-tag.created',
    nameOf: ({ name }) => name,
  });
}

const BY_NAME = differsBy(targetTags, 'name', targetTagAlreadyExists);

async function insertTags(tx: Transaction, context: Context, rows: readonly NewTargetTag[]) {
  const made = { tenantId: context.caller.tenantId, ...creationStamp(context) };
  return insertInPieces(rows, (piece) =>
    tx
      .insert(targetTags)
      .values(piece.map((row) => ({ ...row, ...made })))
      .returning(TARGET_TAG_COLUMNS),
  );
}
