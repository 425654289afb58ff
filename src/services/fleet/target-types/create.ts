import { and, eq, sql } from 'drizzle-orm';
import { arrayOf, chunks, insertFromArrays, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import {
  type DomainError,
  outOfScope,
  targetTypeAlreadyExists,
  targetTypeKeyOrNameRequired,
} from '../../../errors.ts';
import { asItWouldBe, findOutOfScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { creationRecord } from '../../platform/audit/record.ts';
import {
  type Batch,
  copyOf,
  type ErrorPolicy,
  faultsOf,
  type Identity,
  isRejected,
  readBatch,
  refuse,
  refuseTaken,
  standing,
} from '../../shared/batch.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { faultOfSetTypes, insertCompatible, usableSetTypes } from './compatible-set-types.ts';
import { targetTypesAs } from './find.ts';
import { type NewTargetType, TargetTypeInput } from './input.ts';
import type { TargetType } from './target-type.ts';

export interface CreateTargetTypes {
  targetTypes: readonly TargetTypeInput[];
  /** REJECT_ALL (the default): one bad row and none is created. REJECT_FAILED_ROWS: the good ones are. */
  errorPolicy?: ErrorPolicy;
  /** Checks everything, the stored rows included, and creates nothing. */
  dryRun?: boolean;
}

/** `targetTypes` are in the order of the input; `faults` say what is wrong with which row, in that order too. */
export interface CreatedTargetTypes {
  targetTypes: TargetType[];
  faults: DomainError[];
}

/**
 * Creates target types. Needs CREATE_TARGET_TYPE. What is wrong with rows is returned, not thrown; with REJECT_ALL
 * nothing is created then. A type that CREATE_TARGET_TYPE would not reach is such a fault: FORBIDDEN.
 */
export async function createTargetTypes(
  context: Context,
  input: CreateTargetTypes,
): Promise<CreatedTargetTypes> {
  const { tenantId, username } = requirePermission(context, 'CREATE_TARGET_TYPE');
  const { errorPolicy = 'REJECT_ALL', dryRun } = input;
  const checked = await readBatch(TargetTypeInput, input.targetTypes, 'targetTypes');
  refuseNameless(checked);
  refuseTaken(checked, IDENTITIES);
  if (isRejected(checked, errorPolicy)) return { targetTypes: [], faults: faultsOf(checked) };

  const made: Authorship = { at: context.clock(), by: username };
  return change(
    context,
    async (tx, changes) => {
      const batch = copyOf(checked);
      await refuseUnknownSetTypes(tx, tenantId, batch);
      const ids = await insertTypes(tx, tenantId, standing(batch), made);
      await refuseExisting(tx, tenantId, batch, ids);
      await refuseOutOfScope(tx, context, batch, ids);
      if (isRejected(batch, errorPolicy)) return changes.undo({ targetTypes: [], faults: faultsOf(batch) });
      await insertCompatible(tx, tenantId, compatibleWith(standing(batch), ids));
      const view = createdView(made);
      const created = standing(batch).map((row) => view(row, ids.get(row.key)!));
      if (created.length) changes.everything();
      changes.record(creationRecord('target-type.created', [...ids.keys()], standing(batch)));
      return { targetTypes: created, faults: faultsOf(batch) };
    },
    { dryRun },
  );
}

interface Authorship {
  at: Date;
  by: string;
}

function refuseNameless(batch: Batch<NewTargetType>): void {
  for (const [index, row] of batch.rows.entries())
    if (row?.key === '') refuse(batch, index, targetTypeKeyOrNameRequired());
}

const IDENTITIES = (['key', 'name'] as const).map(
  (field): Identity<NewTargetType> => ({
    of: (row) => row[field],
    fault: (row) => targetTypeAlreadyExists(row[field], [field]),
  }),
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

/** Which set types suit the types just created. */
const compatibleWith = (rows: readonly NewTargetType[], ids: ReadonlyMap<string, number>) =>
  rows.flatMap(({ key, compatibleDistributionSetTypeIds }) =>
    compatibleDistributionSetTypeIds.map((setTypeId) => ({ targetTypeId: ids.get(key)!, setTypeId })),
  );

/** Inserts rows, passing over those whose key or name exists. The ids by key. */
async function insertTypes(
  tx: Transaction,
  tenantId: number,
  rows: NewTargetType[],
  { at, by }: Authorship,
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const chunk of chunks(rows)) {
    const list = <K extends keyof NewTargetType>(field: K) => chunk.map((row) => row[field]);
    const inserted = await tx.execute<{ id: string; key: string }>(sql`
      ${insertFromArrays(
        targetTypes,
        { key: list('key'), name: list('name'), description: list('description'), colour: list('colour') },
        { tenantId, createdAt: at, createdBy: by, lastModifiedAt: at, lastModifiedBy: by },
      )}
      ON CONFLICT DO NOTHING
      RETURNING id, key`);
    for (const row of inserted) ids.set(row.key, Number(row.id));
  }
  return ids;
}

/** A row that was passed over has a key that exists; if it doesn't, it is the name that does. */
async function refuseExisting(
  tx: Transaction,
  tenantId: number,
  batch: Batch<NewTargetType>,
  ids: Map<string, number>,
) {
  const passedOver = batch.rows.flatMap((row) => (row && !ids.has(row.key) ? row.key : []));
  if (!passedOver.length) return;
  const existing = await tx
    .select({ key: targetTypes.key })
    .from(targetTypes)
    .where(
      and(eq(targetTypes.tenantId, tenantId), sql`${targetTypes.key} = ANY(${arrayOf(passedOver)}::text[])`),
    );
  const keys = new Set(existing.map(({ key }) => key));
  for (const [index, row] of batch.rows.entries()) {
    if (!row || ids.has(row.key)) continue;
    const field = keys.has(row.key) ? 'key' : 'name';
    refuse(batch, index, targetTypeAlreadyExists(row[field], [field]));
  }
}

/** Takes back what the caller may not create: its row can be asked only now. */
async function refuseOutOfScope(
  tx: Transaction,
  context: Context,
  batch: Batch<NewTargetType>,
  ids: Map<string, number>,
): Promise<void> {
  const inserted = isAmong(targetTypes.id, [...ids.values()]);
  const unreached = await findOutOfScope(tx, context, targetTypesAs('CREATE_TARGET_TYPE'), inserted);
  if (!unreached.length) return;
  await tx.delete(targetTypes).where(
    and(
      eq(targetTypes.tenantId, context.caller.tenantId),
      isAmong(
        targetTypes.id,
        unreached.map(({ id }) => id),
      ),
    ),
  );
  for (const { title } of unreached) ids.delete(title);
  for (const [index, row] of batch.rows.entries())
    if (row && !ids.has(row.key))
      refuse(batch, index, outOfScope('CREATE_TARGET_TYPE', asItWouldBe(row.key)));
}

const createdView =
  ({ at, by }: Authorship) =>
  ({ compatibleDistributionSetTypeIds: _, ...row }: NewTargetType, id: number): TargetType => ({
    id,
    ...row,
    createdAt: at,
    createdBy: by,
    lastModifiedAt: at,
    lastModifiedBy: by,
  });
