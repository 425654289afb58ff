import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import {
  encryptionNotSupported,
  invalid,
  softwareModuleAlreadyExists,
  softwareModuleTypeNotFound,
} from '../../../errors.ts';
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
import { refuseExisting } from '../../shared/refuse-existing.ts';
import { moduleTypesById, moduleTypesByKey } from '../software-module-types/find.ts';
import { ofItsType } from './complete.ts';
import { type NewSoftwareModule, SoftwareModuleInput } from './input.ts';
import { modulesAs, readModules, titleOf } from './module.ts';
import type { SoftwareModule } from './software-module.ts';

export interface CreateSoftwareModules extends BulkOptions {
  softwareModules: readonly SoftwareModuleInput[];
}

/**
 * Creates software modules. Needs CREATE_SOFTWARE_MODULE. What is wrong with rows is returned, not thrown; with
 * REJECT_ALL nothing is created then.
 */
export async function createSoftwareModules(
  context: Context,
  input: CreateSoftwareModules,
): Promise<Created<SoftwareModule>> {
  const { tenantId } = requirePermission(context, 'CREATE_SOFTWARE_MODULE');
  const batch = await readBatch(SoftwareModuleInput, input.softwareModules, 'softwareModules');
  for (const [index, row] of batch.rows.entries())
    if (row?.encrypted) refuse(batch, index, encryptionNotSupported());
  return createBatch(context, batch, input, {
    async check(tx, rows) {
      await fillInTypes(tx, tenantId, rows);
      await refuseUnusableTypes(tx, tenantId, rows);
      await refuseExisting(tx, rows, { tenantId, ...WITH_TYPES }, [BY_VERSION]);
    },
    insert: (tx, rows) => insertModules(tx, context, rows),
    scope: modulesAs('CREATE_SOFTWARE_MODULE'),
    event: 'software-module.created',
    nameOf: titleOf,
  });
}

/** Gives rows that name their type by its id the key of it. */
async function fillInTypes(tx: Transaction, tenantId: number, batch: Batch<NewSoftwareModule>) {
  const ids = batch.rows.flatMap((row) => row?.typeId ?? []);
  if (!ids.length) return;
  const types = await moduleTypesById(tx, tenantId, ids);
  for (const [index, row] of batch.rows.entries()) {
    if (row?.typeId === undefined) continue;
    const type = types.get(row.typeId);
    if (type) batch.rows[index] = { ...row, type: type.key, typeId: undefined };
    else refuse(batch, index, softwareModuleTypeNotFound(String(row.typeId), ['type', 'id']));
  }
}

async function refuseUnusableTypes(tx: Transaction, tenantId: number, batch: Batch<NewSoftwareModule>) {
  const types = await moduleTypesByKey(tx, tenantId, keysOf(batch.rows));
  for (const [index, row] of batch.rows.entries()) {
    const type = row && types.get(row.type);
    if (row && !type) refuse(batch, index, softwareModuleTypeNotFound(row.type, ['type']));
    if (type?.deleted) refuse(batch, index, invalid(`type: '${type.key}' was deleted`, ['type']));
  }
}

const keysOf = (rows: readonly (NewSoftwareModule | undefined)[]) =>
  rows.flatMap((row) => (row ? row.type : []));

const WITH_TYPES = {
  table: softwareModules,
  from: sql`${softwareModules} JOIN ${softwareModuleTypes} ON ${ofItsType}`,
};
const BY_VERSION = {
  columns: [softwareModuleTypes.key, softwareModules.name, softwareModules.version],
  of: ({ type, name, version }: NewSoftwareModule) => [type, name, version],
  fault: (row: NewSoftwareModule) => softwareModuleAlreadyExists(titleOf(row)),
};

async function insertModules(tx: Transaction, context: Context, rows: readonly NewSoftwareModule[]) {
  const { tenantId } = context.caller;
  const types = await moduleTypesByKey(tx, tenantId, keysOf(rows));
  const made = { tenantId, ...creationStamp(context) };
  const inserted = await insertInPieces(rows, (piece) =>
    tx
      .insert(softwareModules)
      .values(piece.map((row) => ({ ...row, typeId: types.get(row.type)!.id, ...made })))
      .returning({ id: softwareModules.id }),
  );
  const ids = inserted.map(({ id }) => id);
  const created = await readModules(tx, tenantId, ids);
  return ids.map((id) => created.get(id)!);
}
