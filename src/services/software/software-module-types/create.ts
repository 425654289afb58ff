import type { Transaction } from '../../../database/connect.ts';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { softwareModuleTypeAlreadyExists } from '../../../errors.ts';
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
    check: (tx, rows) =>
      refuseExisting(tx, rows, { tenantId, table: softwareModuleTypes }, BY_KEY_AND_BY_NAME),
    insert: (tx, rows) => insertTypes(tx, context, rows),
    scope: moduleTypesAs('CREATE_SOFTWARE_MODULE_TYPE'),
    event: 'software-module-type.created',
    nameOf: ({ key }) => key,
  });
}

const BY_KEY_AND_BY_NAME = (['key', 'name'] as const).map((field) =>
  differsBy(softwareModuleTypes, field, softwareModuleTypeAlreadyExists),
);

async function insertTypes(tx: Transaction, context: Context, rows: readonly NewSoftwareModuleType[]) {
  const made = { tenantId: context.caller.tenantId, ...creationStamp(context) };
  return insertInPieces(rows, (piece) =>
    tx
      .insert(softwareModuleTypes)
      .values(piece.map((row) => ({ ...row, ...made })))
      .returning(SOFTWARE_MODULE_TYPE_COLUMNS),
  );
}
