import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { imports } from '../../database/tables/imports.ts';
import { importTakenOver, targetAlreadyExists } from '../../errors.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import type { CheckedTarget, RefusedRow } from './check.ts';
import { recordFaults } from './faults.ts';
import type { ImportRecord } from './find.ts';
import { type Author, type Merged, mergeRows, type Staging } from './merge.ts';
import { refusal } from './prepare.ts';
import type { Position } from './source.ts';

/** Rows that are committed together, and where the file stands after them. */
export interface Chunk {
  checked: CheckedTarget[];
  refused: RefusedRow[];
  end: Position;
}

/**
 * Takes a chunk in: its targets, what was wrong with its other rows and how far the file is now, all in one
 * transaction, so that an upload which goes on from there does nothing twice.
 * @throws IMPORT_TAKEN_OVER
 */
export async function commitChunk(
  context: Context,
  begun: ImportRecord,
  chunk: Chunk,
  staging: Staging = {},
): Promise<void> {
  const { tenantId, mode, dryRun } = begun;
  const author: Author = { ...context, now: context.clock() };

  await change(context, async (tx, changes) => {
    const { created, updated, refused, repeated } = dryRun
      ? await rehearse(tx, author, begun, chunk.checked, staging)
      : await mergeRows(tx, author, mode, chunk.checked, staging);
    // Not before: the chunk before has it locked until it is committed.
    const record = await lockOwn(tx, begun);
    const allRefused = [...chunk.refused, ...refused];
    const kept = await recordFaults(tx, record, allRefused);
    await tx
      .update(imports)
      .set({
        bytes: chunk.end.bytes,
        lines: chunk.end.lines,
        digest: chunk.end.digest,
        rowsRead: record.rowsRead + chunk.checked.length + chunk.refused.length,
        rowsCreated: record.rowsCreated + created.length,
        rowsUpdated: record.rowsUpdated + updated.length + repeated,
        rowsRefused: record.rowsRefused + allRefused.length,
        faults: record.faults + kept,
        updatedAt: author.now,
      })
      .where(and(eq(imports.tenantId, tenantId), eq(imports.id, record.id)));
    if (dryRun) return;
    changes.created(created.map(({ controllerId }) => controllerId));
    changes.targets(updated.map(({ controllerId }) => controllerId));
    changes.record({
      type: 'target.imported',
      count: created.length + updated.length,
      changes: {
        import: { new: record.id },
        created: { new: created.length },
        updated: { new: updated.length },
      },
    });
  });
}

/** @throws IMPORT_TAKEN_OVER */
async function lockOwn(tx: Transaction, { tenantId, id, attempt }: ImportRecord): Promise<ImportRecord> {
  const [record] = await tx
    .select()
    .from(imports)
    .where(and(eq(imports.tenantId, tenantId), eq(imports.id, id), eq(imports.attempt, attempt)))
    .for('no key update');
  if (!record) throw importTakenOver(id);
  return record;
}

/** Carries the outcome out of a savepoint that is undone. */
class Rehearsed {
  constructor(readonly merged: Merged) {}
}

/** Does all of it and undoes it again; only what it met is kept, as later chunks may bring the same once more. */
async function rehearse(
  tx: Transaction,
  author: Author,
  record: ImportRecord,
  checked: readonly CheckedTarget[],
  staging: Staging,
): Promise<Merged> {
  const merged = await tx
    .transaction(async (inner) => {
      throw new Rehearsed(await mergeRows(inner, author, record.mode, checked, staging));
    })
    .catch((thrown) => {
      if (thrown instanceof Rehearsed) return thrown.merged;
      throw thrown;
    });
  const accepted = [...merged.created, ...merged.updated].map(({ controllerId }) => controllerId);
  const first = await tx.execute<{ controller_id: string }>(sql`
    INSERT INTO import_seen (tenant_id, import_id, controller_id)
    SELECT ${record.tenantId}::bigint, ${record.id}::bigint, seen.id FROM unnest(${arrayOf(accepted)}::text[]) AS seen(id)
    ON CONFLICT DO NOTHING RETURNING controller_id`);
  if (first.length === accepted.length) return merged;

  const isFirst = new Set(first.map((row) => row.controller_id));
  const again = merged.created.filter(({ controllerId }) => !isFirst.has(controllerId));
  const created = merged.created.filter(({ controllerId }) => isFirst.has(controllerId));
  if (record.mode === 'upsert') return { ...merged, created, updated: [...merged.updated, ...again] };
  const refused = again.map((row) => refusal(row, targetAlreadyExists(row.controllerId)));
  return { ...merged, created, refused: [...merged.refused, ...refused] };
}
