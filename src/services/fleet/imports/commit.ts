import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { imports } from '../../../database/tables/imports.ts';
import { importTakenOver, targetAlreadyExists } from '../../../errors.ts';
import { NAMED_AT_MOST } from '../../platform/announcement-outbox.ts';
import { recordNear } from '../../platform/near-limits.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { adjustTargetCount, requireRoomForTargets } from '../targets/quota.ts';
import type { Chunk } from './chunk.ts';
import { type ImportWarning, recordFaults, recordWarnings } from './faults.ts';
import type { ImportRecord } from './find.ts';
import { type Merged, mergeRows, writingTransaction } from './merge.ts';
import { type Row, refusal } from './refusal.ts';
import { keepRefused } from './refused.ts';
import { stageRows } from './stage.ts';
import type { Importer } from './values.ts';

/** How the chunks of a file take turns: one is sent to the database while the one before is still being merged. */
export interface CommitSteps {
  /** Called when the rows have been sent. */
  onStaged?: () => void;
  /** Nothing is written before this has come about. */
  turn?: Promise<void>;
}

/**
 * Takes a chunk in: its targets, what was wrong with its other rows and how far the file is now, all in one
 * transaction, so that an upload which goes on from there does nothing twice.
 * @throws IMPORT_TAKEN_OVER; QUOTA_EXCEEDED, then nothing of the chunk is taken in
 */
export async function commitChunk(
  context: Context,
  begun: ImportRecord,
  chunk: Chunk,
  { onStaged, turn }: CommitSteps = {},
): Promise<void> {
  const { tenantId, dryRun } = begun;
  const author: Importer = { ...context, now: context.clock() };

  await change(context, async (tx, changes) => {
    await stageRows(tx, chunk);
    onStaged?.();
    await turn;
    const record = await lockOwn(tx, begun);
    const { created, updated, refused, repeated, near } = dryRun
      ? await rehearse(tx, author, record, chunk)
      : await mergeRows(tx, author, record, chunk);
    // A rehearsal leaves nothing behind that would be counted.
    if (dryRun) await requireRoomForTargets(tx, author, tenantId, record.rowsCreated + created);
    else for (const near of await adjustTargetCount(tx, author, tenantId, created)) changes.record(near);
    const allRefused = [...chunk.refused, ...refused];
    const kept = await recordFaults(tx, record, allRefused);
    const keptRows = await keepRefused(tx, { ...record, secrets: context.secrets }, chunk, allRefused);
    await recordWarnings(
      tx,
      record,
      repeated.map((row) => repetition(chunk, row)),
    );
    await tx
      .update(imports)
      .set({
        bytes: chunk.end.bytes,
        lines: chunk.end.lines,
        digest: chunk.end.digest,
        rowsRead: record.rowsRead + chunk.lines.length + chunk.refused.length,
        rowsCreated: record.rowsCreated + created,
        rowsUpdated: record.rowsUpdated + updated,
        rowsRefused: record.rowsRefused + allRefused.length,
        faults: record.faults + kept,
        refusedKept: record.refusedKept + keptRows.kept,
        refusedBytes: record.refusedBytes + keptRows.bytes,
        ...(chunk.preview.length && { preview: [...record.preview, ...chunk.preview] }),
        ...(chunk.layout && !record.layout && { layout: chunk.layout }),
        warnings: record.warnings + repeated.length,
        transactions: await ownTransactions(tx, author, record),
        updatedAt: author.now,
      })
      .where(and(eq(imports.tenantId, tenantId), eq(imports.id, record.id)));
    if (dryRun) return;
    for (const { grown, ...limit } of near) recordNear(changes, limit, grown);
    if (created) changes.created(await mergedIds(tx, true));
    const changed = updated ? await mergedIds(tx, false) : [];
    changes.targetsInScope(changed);
    changes.record({
      type: 'target.imported',
      count: created + updated,
      targets: changed,
      changes: { import: { new: record.id }, created: { new: created }, updated: { new: updated } },
    });
  });
}

const repetition = ({ lines }: Chunk, { n, controller_id }: Row): ImportWarning => ({
  line: lines[n]!,
  controllerId: controller_id,
  message: 'is in the file more than once: the last row counts',
});

const TRANSACTIONS_AT_MOST = 2_000;

/** Only where targets may be changed is it asked who changed them. */
async function ownTransactions(
  tx: Transaction,
  author: Importer,
  { mode, dryRun, transactions }: ImportRecord,
): Promise<number[]> {
  if (mode !== 'upsert' || dryRun) return transactions;
  const own = await writingTransaction(tx, author);
  return own === undefined ? transactions : [...transactions, own].slice(-TRANSACTIONS_AT_MOST);
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

/** The controllerIds of the targets that the chunk created or changed; only so many that it is clear if there are too many to name. */
async function mergedIds(tx: Transaction, areNew: boolean): Promise<string[]> {
  const rows = await tx.execute<{ controller_id: string }>(sql`
    SELECT controller_id FROM import_ids JOIN import_rows USING (n)
    WHERE is_new = ${areNew} ORDER BY n LIMIT ${NAMED_AT_MOST + 1}`);
  return rows.map((row) => row.controller_id);
}

/** Carries the outcome out of a savepoint that is undone. */
class Rehearsed {
  constructor(
    readonly merged: Merged,
    /** The rows that were taken in, and those of them that created a target. */
    readonly taken: number[],
    readonly created: ReadonlySet<number>,
  ) {}
}

/** Does all of it and undoes it again; only what it met is kept, as later chunks may bring the same once more. */
async function rehearse(
  tx: Transaction,
  author: Importer,
  record: ImportRecord,
  chunk: Chunk,
): Promise<Merged> {
  const { tenantId, id, mode } = record;
  const { merged, taken, created } = await tx
    .transaction(async (inner) => {
      const merged = await mergeRows(inner, author, record, chunk);
      const rows = await inner.execute<{ n: number; is_new: boolean }>(sql`SELECT n, is_new FROM import_ids`);
      const created = rows.filter((row) => row.is_new);
      throw new Rehearsed(merged, rows.map(numberOf), new Set(created.map(numberOf)));
    })
    .catch((thrown) => {
      if (thrown instanceof Rehearsed) return thrown;
      throw thrown;
    });
  const numbers = sql`${arrayOf(taken)}::integer[]`;
  const metBefore = await tx.execute<Row>(sql`
    WITH first AS (
      INSERT INTO import_seen (tenant_id, import_id, controller_id)
      SELECT ${tenantId}::bigint, ${id}::bigint, controller_id FROM import_rows WHERE n = ANY(${numbers})
      ON CONFLICT DO NOTHING
      RETURNING controller_id)
    SELECT n, controller_id FROM import_rows AS r
    WHERE n = ANY(${numbers}) AND NOT EXISTS (SELECT FROM first WHERE first.controller_id = r.controller_id)`);
  const again = metBefore.filter(({ n }) => created.has(n));
  const outcome = { ...merged, created: merged.created - again.length };
  if (mode === 'upsert') {
    const repeated = new Map([...merged.repeated, ...metBefore].map((row) => [row.n, row]));
    return {
      ...outcome,
      updated: merged.updated + again.length,
      repeated: [...repeated.values()].sort((a, b) => a.n - b.n),
    };
  }
  const more = again.map((row) => refusal(chunk.lines, row, targetAlreadyExists(row.controller_id)));
  return { ...outcome, refused: [...merged.refused, ...more] };
}

const numberOf = ({ n }: { n: number }) => n;
