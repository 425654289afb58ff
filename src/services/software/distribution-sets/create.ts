import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetModules, distributionSets } from '../../../database/tables/distribution-sets.ts';
import {
  type DomainError,
  distributionSetAlreadyExists,
  distributionSetIncomplete,
  distributionSetTypeNotFound,
  invalid,
  quotaExceeded,
} from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { defaultSetTypeId } from '../../platform/tenants/default-types.ts';
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
import type { DistributionSetType } from '../distribution-set-types/distribution-set-type.ts';
import { lockSetTypes } from '../distribution-set-types/find.ts';
import { titleOf } from '../software-modules/module.ts';
import type { DistributionSet } from './distribution-set.ts';
import { freezeSets } from './freeze.ts';
import { DistributionSetInput, MOST_MODULES, type NewDistributionSet } from './input.ts';
import { faultOfModule, isComplete, readSupply, type Supply, withModules } from './modules.ts';
import { readSets, setsAs } from './set.ts';
import { faultOfTargetFilter, fillTargetFilters } from './target-filter.ts';

export interface CreateDistributionSets extends BulkOptions {
  /** Gives sets of which no filter of targets is told the one that their files say, if it can be told. */
  fillTargetFilters?: boolean;
  distributionSets: readonly DistributionSetInput[];
}

/**
 * Creates distribution sets. Needs CREATE_DISTRIBUTION_SET. What is wrong with rows is returned, not thrown; with
 * REJECT_ALL nothing is created then.
 */
export async function createDistributionSets(
  context: Context,
  input: CreateDistributionSets,
): Promise<Created<DistributionSet>> {
  const { tenantId } = requirePermission(context, 'CREATE_DISTRIBUTION_SET');
  const batch = await readBatch(DistributionSetInput, input.distributionSets, 'distributionSets');
  const given = new Set(batch.rows.map((row) => row?.targetFilter));
  return createBatch(context, batch, input, {
    async check(tx, rows) {
      const parts = await readParts(tx, context, rows.rows);
      refuseUnfit(rows, parts);
      fillInTypes(rows, parts);
      refuseFilters(rows, context);
      await refuseExisting(tx, rows, { tenantId, table: distributionSets }, [BY_VERSION]);
    },
    async insert(tx, rows) {
      const ids = await insertSets(tx, context, rows, await readParts(tx, context, rows));
      const open = ids.filter((_, index) => rows[index]!.fillsTargetFilter);
      if (input.fillTargetFilters) await fillTargetFilters(tx, context, open);
      const created = await readSets(tx, tenantId, ids);
      return ids.map((id) => created.get(id)!);
    },
    audited: ({ fillsTargetFilter: _, ...row }) => row,
    async finish(_, created, changes) {
      for (const set of created)
        if (set.targetFilter !== null && !given.has(set.targetFilter))
          changes.record({
            type: 'distribution-set.updated',
            subjects: [titleOf(set)],
            changes: { targetFilter: { old: null, new: set.targetFilter } },
          });
    },
    scope: setsAs('CREATE_DISTRIBUTION_SET'),
    event: 'distribution-set.created',
    nameOf: titleOf,
  });
}

/** What the rows of a batch refer to. */
interface Parts extends Supply {
  typeOf: (row: NewDistributionSet) => DistributionSetType | undefined;
}

async function readParts(
  tx: Transaction,
  context: Context,
  rows: readonly (NewDistributionSet | undefined)[],
): Promise<Parts> {
  const { tenantId } = context.caller;
  const standing = rows.filter((row) => row !== undefined);
  const defaultId = await defaultSetTypeId(tx, tenantId);
  const keys = standing.flatMap((row) => row.type ?? []);
  const ids = standing.flatMap((row) => row.typeId ?? []);
  const types = await lockSetTypes(tx, tenantId, { keys, ids: [defaultId, ...ids] });
  const supply = await readSupply(
    tx,
    context,
    types.map(({ id }) => id),
    standing.flatMap((row) => row.moduleIds),
  );
  const byId = new Map(types.map((one) => [one.id, one]));
  const byKey = new Map(types.map((one) => [one.key, one]));
  const typeOf = ({ type, typeId = defaultId }: NewDistributionSet) =>
    type === undefined ? byId.get(typeId) : byKey.get(type);
  return { ...supply, typeOf };
}

function refuseUnfit(batch: Batch<NewDistributionSet>, parts: Parts): void {
  for (const [index, row] of batch.rows.entries()) {
    const fault = row && faultOfParts(row, parts);
    if (fault) refuse(batch, index, fault);
  }
}

/** Gives rows that name their type by its id the key of it. */
function fillInTypes(batch: Batch<NewDistributionSet>, { typeOf }: Parts): void {
  for (const [index, row] of batch.rows.entries())
    if (row?.typeId !== undefined) batch.rows[index] = { ...row, type: typeOf(row)!.key, typeId: undefined };
}

function refuseFilters(batch: Batch<NewDistributionSet>, context: Context): void {
  for (const [index, row] of batch.rows.entries()) {
    const fault = row?.targetFilter ? faultOfTargetFilter(context, row.targetFilter) : undefined;
    if (fault) refuse(batch, index, fault);
  }
}

function faultOfParts(row: NewDistributionSet, parts: Parts): DomainError | undefined {
  const type = parts.typeOf(row);
  if (!type)
    return row.typeId === undefined
      ? distributionSetTypeNotFound(row.type ?? 'default', ['type'])
      : distributionSetTypeNotFound(String(row.typeId), ['type', 'id']);
  if (type.deleted) return invalid(`type: '${type.key}' was deleted`, ['type']);
  for (const [index, id] of row.moduleIds.entries()) {
    const fault = faultOfModule(parts, type, id, ['moduleIds', String(index)]);
    if (fault) return fault;
  }
  if (row.moduleIds.length > MOST_MODULES)
    return quotaExceeded('software modules of a distribution set', MOST_MODULES, ['moduleIds']);
  return row.locked && !isComplete(parts, type.id, modulesOf(row, parts))
    ? distributionSetIncomplete(titleOf(row), ['locked'])
    : undefined;
}

const modulesOf = ({ moduleIds }: NewDistributionSet, { modules }: Parts) =>
  withModules(
    [],
    moduleIds.map((id) => modules.get(id)!),
  );

const BY_VERSION = {
  columns: [distributionSets.name, distributionSets.version],
  of: ({ name, version }: NewDistributionSet) => [name, version],
  fault: (row: NewDistributionSet) => distributionSetAlreadyExists(titleOf(row)),
};

async function insertSets(
  tx: Transaction,
  context: Context,
  rows: readonly NewDistributionSet[],
  parts: Parts,
): Promise<number[]> {
  const { tenantId } = context.caller;
  const made = { tenantId, ...creationStamp(context) };
  const inserted = await insertInPieces(rows, (piece) =>
    tx
      .insert(distributionSets)
      .values(piece.map((row) => ({ ...row, locked: false, typeId: parts.typeOf(row)!.id, ...made })))
      .returning({ id: distributionSets.id }),
  );
  const ids = inserted.map(({ id }) => id);
  const contents = rows.flatMap((row, index) =>
    modulesOf(row, parts).map(({ id }) => ({ setId: ids[index]!, moduleId: id })),
  );
  for (const chunk of chunks(contents))
    await tx.execute(
      insertFromArrays(
        distributionSetModules,
        { setId: chunk.map(({ setId }) => setId), moduleId: chunk.map(({ moduleId }) => moduleId) },
        { tenantId },
      ),
    );
  await freezeSets(
    tx,
    context,
    ids.filter((_, index) => rows[index]!.locked),
  );
  return ids;
}
