import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import {
  distributionSetTypeModuleTypes,
  distributionSetTypes,
} from '../../../database/tables/distribution-sets.ts';
import { distributionSetTypeAlreadyExists } from '../../../errors.ts';
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
import { moduleTypesById } from '../software-module-types/find.ts';
import { DISTRIBUTION_SET_TYPE_COLUMNS, type DistributionSetType } from './distribution-set-type.ts';
import { elementsOf, faultOfElements } from './elements.ts';
import { setTypesAs } from './find.ts';
import { DistributionSetTypeInput, type NewDistributionSetType } from './input.ts';

export interface CreateDistributionSetTypes extends BulkOptions {
  distributionSetTypes: readonly DistributionSetTypeInput[];
}

/**
 * Creates distribution set types. Needs CREATE_DISTRIBUTION_SET_TYPE. What is wrong with rows is returned, not thrown;
 * with REJECT_ALL nothing is created then.
 */
export async function createDistributionSetTypes(
  context: Context,
  input: CreateDistributionSetTypes,
): Promise<Created<DistributionSetType>> {
  const { tenantId } = requirePermission(context, 'CREATE_DISTRIBUTION_SET_TYPE');
  const batch = await readBatch(DistributionSetTypeInput, input.distributionSetTypes, 'distributionSetTypes');
  return createBatch(context, batch, input, {
    async check(tx, rows) {
      await refuseExisting(tx, rows, { tenantId, table: distributionSetTypes }, BY_KEY_AND_BY_NAME);
      await refuseUnfitElements(tx, tenantId, rows);
    },
    insert: (tx, rows) => insertTypes(tx, context, rows),
    scope: setTypesAs('CREATE_DISTRIBUTION_SET_TYPE'),
    event: 'distribution-set-type.created',
    nameOf: ({ key }) => key,
  });
}

const BY_KEY_AND_BY_NAME = (['key', 'name'] as const).map((field) =>
  differsBy(distributionSetTypes, field, distributionSetTypeAlreadyExists),
);

async function refuseUnfitElements(tx: Transaction, tenantId: number, batch: Batch<NewDistributionSetType>) {
  const wanted = batch.rows.flatMap((row) => (row ? elementsOf(row).map(({ id }) => id) : []));
  const known = await moduleTypesById(tx, tenantId, wanted);
  for (const [index, row] of batch.rows.entries()) {
    const fault = row && faultOfElements(elementsOf(row), known);
    if (fault) refuse(batch, index, fault);
  }
}

async function insertTypes(tx: Transaction, context: Context, rows: readonly NewDistributionSetType[]) {
  const { tenantId } = context.caller;
  const made = { tenantId, ...creationStamp(context) };
  const created = await insertInPieces(rows, (piece) =>
    tx
      .insert(distributionSetTypes)
      .values(piece.map((row) => ({ ...row, ...made })))
      .returning(DISTRIBUTION_SET_TYPE_COLUMNS),
  );
  const elements = created.flatMap(({ id }, index) =>
    elementsOf(rows[index]!).map((element) => ({ setTypeId: id, ...element })),
  );
  for (const chunk of chunks(elements))
    await tx.execute(
      insertFromArrays(
        distributionSetTypeModuleTypes,
        {
          setTypeId: chunk.map(({ setTypeId }) => setTypeId),
          moduleTypeId: chunk.map(({ id }) => id),
          mandatory: chunk.map(({ mandatory }) => mandatory),
        },
        { tenantId },
      ),
    );
  return created;
}
