import { eq } from 'drizzle-orm';
import { chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { softwareModuleTypeAlreadyExists } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
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
import { moduleTypesAs } from './find.ts';
import { type NewSoftwareModuleType, SoftwareModuleTypeInput } from './input.ts';
import { SOFTWARE_MODULE_TYPE_COLUMNS, type SoftwareModuleType } from './software-module-type.ts';

export interface CreateSoftwareModuleTypes extends BulkOptions {
  softwareModuleTypes: readonly SoftwareModuleTypeInput[];
}

/**
 * Creates software module types. Needs CREATE_SOFTWARE_MODULE_TYPE. What is wrong with rows is returned, not thrown;
 * with REJECT_ALL nothing is created then.
 */
export async function createSoftwareModuleTypes(
  context: Context,
  input: CreateSoftwareModuleTypes,
): Promise<Created<SoftwareModuleType>> {
  const { tenantId } = requirePermission(context, 'CREATE_SOFTWARE_MODULE_TYPE');
  const batch = await readBatch(SoftwareModuleTypeInput, input.softwareModuleTypes, 'softwareModuleTypes');
  return createBatch(context, batch, input, {
    check: (tx, rows) => refuseExisting(tx, tenantId, rows),
    insert: (tx, rows) => insertTypes(tx, context, rows),
    scope: moduleTypesAs('CREATE_SOFTWARE_MODULE_TYPE'),
    event: 'software-module-type.created',
    nameOf: ({ key }) => key,
  });
}

async function refuseExisting(tx: Transaction, tenantId: number, batch: Batch<NewSoftwareModuleType>) {
  await lockCreations(tx, 'software_module_types', tenantId);
  const { key, name } = softwareModuleTypes;
  const stored = await tx
    .select({ key, name })
    .from(softwareModuleTypes)
    .where(eq(softwareModuleTypes.tenantId, tenantId));
  refuseTaken(batch, [
    {
      of: (row) => row.key,
      taken: stored.map((row) => row.key),
      fault: (row) => softwareModuleTypeAlreadyExists(row.key, ['key']),
    },
    {
      of: (row) => row.name,
      taken: stored.map((row) => row.name),
      fault: (row) => softwareModuleTypeAlreadyExists(row.name, ['name']),
    },
  ]);
}

async function insertTypes(tx: Transaction, context: Context, rows: readonly NewSoftwareModuleType[]) {
  const made = { tenantId: context.caller.tenantId, ...creationStamp(context) };
  const created: SoftwareModuleType[] = [];
  for (const chunk of chunks(rows, INSERTED_AT_ONCE))
    created.push(
      ...(await tx
        .insert(softwareModuleTypes)
        .values(chunk.map((row) => ({ ...row, ...made })))
        .returning(SOFTWARE_MODULE_TYPE_COLUMNS)),
    );
  return created;
}
