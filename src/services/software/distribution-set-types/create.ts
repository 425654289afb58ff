import { eq } from 'drizzle-orm';
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
  INSERTED_AT_ONCE,
  readBatch,
  refuse,
  refuseTaken,
} from '../../shared/batch.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';
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
      await refuseExisting(tx, tenantId, rows);
      await refuseUnfitElements(tx, tenantId, rows);
    },
    insert: (tx, rows) => insertTypes(tx, context, rows),
    scope: setTypesAs('CREATE_DISTRIBUTION_SET_TYPE'),
    event: 'distribution-set-type.created',
    nameOf: ({ key }) => key,
  });
}

async function refuseExisting(tx: Transaction, tenantId: number, batch: Batch<NewDistributionSetType>) {
  await lockCreations(tx, 'distribution_set_types', tenantId);
  const { key, name } = distributionSetTypes;
  const stored = await tx
    .select({ key, name })
    .from(distributionSetTypes)
    .where(eq(distributionSetTypes.tenantId, tenantId));
  refuseTaken(batch, [
    {
      of: (row) => row.key,
      taken: stored.map((row) => row.key),
      fault: (row) => distributionSetTypeAlreadyExists(row.key, ['key']),
    },
    {
      of: (row) => row.name,
      taken: stored.map((row) => row.name),
      fault: (row) => distributionSetTypeAlreadyExists(row.name, ['name']),
    },
  ]);
}

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
  const created: DistributionSetType[] = [];
  for (const chunk of chunks(rows, INSERTED_AT_ONCE)) {
    const inserted = await tx
      .insert(distributionSetTypes)
      .values(chunk.map((row) => ({ ...row, ...made })))
      .returning(DISTRIBUTION_SET_TYPE_COLUMNS);
    const elements = inserted.flatMap(({ id }, index) =>
      elementsOf(chunk[index]!).map((element) => ({ setTypeId: id, ...element })),
    );
    await tx.execute(
      insertFromArrays(
        distributionSetTypeModuleTypes,
        {
          setTypeId: elements.map(({ setTypeId }) => setTypeId),
          moduleTypeId: elements.map(({ id }) => id),
          mandatory: elements.map(({ mandatory }) => mandatory),
        },
        { tenantId },
      ),
    );
    created.push(...inserted);
  }
  return created;
}
