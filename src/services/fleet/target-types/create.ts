import type { Transaction } from '../../../database/connect.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetTypeAlreadyExists, targetTypeKeyOrNameRequired } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { creationStamp } from '../../shared/authorship.ts';
import {
  type Batch,
  type BulkOptions,
  type Created,
  createBatch,
  insertInPieces,
  readBatch,
  refuse,
} from '../../shared/batch.ts';
import type { Context } from '../../shared/context.ts';
import { differsBy, refuseExisting } from '../../shared/refuse-existing.ts';
import { faultOfSetTypes, insertCompatible, usableSetTypes } from './compatible-set-types.ts';
import { targetTypesAs } from './find.ts';
import { type NewTargetType, TargetTypeInput } from './input.ts';
import { TARGET_TYPE_COLUMNS, type TargetType } from './target-type.ts';

export interface CreateTargetTypes extends BulkOptions {
  targetTypes: readonly TargetTypeInput[];
}

/**
 * Creates target types. Needs CREATE_TARGET_TYPE. What is wrong with rows is returned, not thrown; with REJECT_ALL
 * nothing is created then. A type out of the scope of CREATE_TARGET_TYPE is such a fault: FORBIDDEN.
 */
export async function createTargetTypes(
  context: Context,
  input: CreateTargetTypes,
): Promise<Created<TargetType>> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET_TYPE');
  const batch = await readBatch(TargetTypeInput, input.targetTypes, 'targetTypes');
  refuseNameless(batch);
  return createBatch(context, batch, input, {
    check: async (tx, rows) => {
      await refuseExisting(tx, rows, { tenantId, table: targetTypes }, BY_KEY_AND_BY_NAME);
      await refuseUnknownSetTypes(tx, tenantId, rows);
    },
    insert: (tx, rows) => insertTypes(tx, context, rows),
    scope: targetTypesAs('CREATE_TARGET_TYPE'),
    finish: async (_tx, _created, changes) => changes.everything(),
    event: 'target-type.created',
    nameOf: ({ key }) => key,
  });
}

function refuseNameless(batch: Batch<NewTargetType>): void {
  for (const [index, row] of batch.rows.entries())
    if (row?.key === '') refuse(batch, index, targetTypeKeyOrNameRequired());
}

const BY_KEY_AND_BY_NAME = (['key', 'name'] as const).map((field) =>
  differsBy(targetTypes, field, targetTypeAlreadyExists),
);

/** Compatible set types must exist; they are locked until the transaction ends. */
async function refuseUnknownSetTypes(tx: Transaction, tenantId: number, batch: Batch<NewTargetType>) {
  const wanted = batch.rows.flatMap((row) => row?.compatibleDistributionSetTypeIds ?? []);
  const usable = await usableSetTypes(tx, tenantId, wanted);
  for (const [index, row] of batch.rows.entries()) {
    const fault = row && faultOfSetTypes(row.compatibleDistributionSetTypeIds, usable);
    if (fault) refuse(batch, index, fault);
  }
}

async function insertTypes(tx: Transaction, context: Context, rows: readonly NewTargetType[]) {
  const { tenantId } = context.caller;
  const made = { tenantId, ...creationStamp(context) };
  const created = await insertInPieces(rows, (piece) =>
    tx
      .insert(targetTypes)
      .values(piece.map(({ compatibleDistributionSetTypeIds: _, ...row }) => ({ ...row, ...made })))
      .returning(TARGET_TYPE_COLUMNS),
  );
  const pairs = created.flatMap(({ id }, index) =>
    rows[index]!.compatibleDistributionSetTypeIds.map((setTypeId) => ({ targetTypeId: id, setTypeId })),
  );
  await insertCompatible(tx, tenantId, pairs);
  return created;
}
