import { and, eq, sql } from 'drizzle-orm';
import { arrayOf, chunks, insertFromArrays } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { type DomainError, targetTypeAlreadyExists, targetTypeKeyOrNameRequired } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parseRows } from '../parse.ts';
import type { TargetType } from './find.ts';
import { type NewTargetType, TargetTypeInput } from './input.ts';

export interface CreateTargetTypes {
  targetTypes: readonly TargetTypeInput[];
  /** REJECT_ALL (the default): one bad row and none is created. REJECT_FAILED_ROWS: the good ones are. */
  errorPolicy?: 'REJECT_ALL' | 'REJECT_FAILED_ROWS';
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
 * nothing is created then.
 */
export async function createTargetTypes(
  context: Context,
  input: CreateTargetTypes,
): Promise<CreatedTargetTypes> {
  const { tenantId, username } = requirePermission(context, 'CREATE_TARGET_TYPE');
  const { errorPolicy = 'REJECT_ALL', dryRun } = input;
  const batch: Batch = parseRows(TargetTypeInput, input.targetTypes, 'targetTypes');
  refuseNameless(batch);
  refuseRepeated(batch);
  const mustStop = () => batch.faults.length > 0 && errorPolicy === 'REJECT_ALL';
  if (mustStop()) return { targetTypes: [], faults: inOrder(batch.faults) };

  return change(
    context,
    tenantId,
    async (tx, changes) => {
      const made: Authorship = { at: context.clock(), by: username };
      const ids = await insertTypes(tx, tenantId, batch, made);
      await refuseExisting(tx, tenantId, batch, ids);
      if (mustStop()) return changes.undo({ targetTypes: [], faults: inOrder(batch.faults) });
      const view = createdView(made);
      const created = batch.rows.flatMap((row) => (row ? [view(row, ids.get(row.key)!)] : []));
      if (created.length) changes.everything();
      return { targetTypes: created, faults: inOrder(batch.faults) };
    },
    { dryRun },
  );
}

/** The rows that still stand, each at its place in the input, and what was found wrong with the others. */
interface Batch {
  rows: (NewTargetType | undefined)[];
  faults: DomainError[];
}

interface Authorship {
  at: Date;
  by: string;
}

function refuse(batch: Batch, index: number, fault: DomainError): void {
  batch.rows[index] = undefined;
  batch.faults.push(fault.within('targetTypes', String(index)));
}

const inOrder = (faults: DomainError[]) =>
  faults.sort((a, b) => Number(a.details.path?.[1]) - Number(b.details.path?.[1]));

function refuseNameless(batch: Batch): void {
  for (const [index, row] of batch.rows.entries())
    if (row?.key === '') refuse(batch, index, targetTypeKeyOrNameRequired());
}

function refuseRepeated(batch: Batch): void {
  const keys = new Set<string>();
  const names = new Set<string>();
  for (const [index, row] of batch.rows.entries()) {
    if (!row) continue;
    if (keys.has(row.key)) refuse(batch, index, targetTypeAlreadyExists(row.key, ['key']));
    else if (names.has(row.name)) refuse(batch, index, targetTypeAlreadyExists(row.name, ['name']));
    else {
      keys.add(row.key);
      names.add(row.name);
    }
  }
}

/** Inserts the rows that still stand, passing over those whose key or name exists. The ids by key. */
async function insertTypes(
  tx: Transaction,
  tenantId: number,
  batch: Batch,
  { at, by }: Authorship,
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const chunk of chunks(batch.rows.filter((row) => row !== undefined))) {
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
async function refuseExisting(tx: Transaction, tenantId: number, batch: Batch, ids: Map<string, number>) {
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

const createdView =
  ({ at, by }: Authorship) =>
  (row: NewTargetType, id: number): TargetType => ({
    id,
    ...row,
    createdAt: at,
    createdBy: by,
    lastModifiedAt: at,
    lastModifiedBy: by,
  });
