import { DomainError } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { targetLimit } from '../../platform/quotas.ts';
import type { Context } from '../../shared/context.ts';
import { openFairQueue, openQueueOfEach } from '../../shared/fair-queue.ts';
import { parse } from '../../shared/parse.ts';
import { takeTurns } from '../../shared/turns.ts';
import { beginImport } from './begin.ts';
import { checkRow, type MostOfTarget } from './check.ts';
import { addRow, openChunk } from './chunk.ts';
import { commitChunk } from './commit.ts';
import { endImport } from './end.ts';
import { type Import, type ImportRecord, importView } from './find.ts';
import { ImportOptions } from './input.ts';
import { previewOf, ROWS_SHOWN } from './preview.ts';
import type { Position, RowBatch, RowSource } from './source.ts';

/** What is committed at once: so much that a transaction costs nothing, so little that it fits into memory. */
const ROWS_A_CHUNK = 5_000;
const BYTES_A_CHUNK = 8 << 20;
/** From a slow client less is committed, so that it sees something happen and loses little. */
const COMMIT_EVERY_MS = 2_000;
/** Each takes a connection. One import has up to two: one is sent while the one before is merged. */
const WRITTEN_AT_ONCE = 4;
const writeInTurn = openFairQueue(WRITTEN_AT_ONCE);
/** Files that one account sends at the same time, and all together: each holds a chunk in memory, however slow it is. */
const READ_AT_ONCE_OF_ONE = 2;
const READ_AT_ONCE = 32;
const readInTurnOfOne = openQueueOfEach(READ_AT_ONCE_OF_ONE);
const readInTurn = openFairQueue(READ_AT_ONCE);

/**
 * Takes in a file of targets, chunk by chunk: what is committed stays, whatever becomes of the upload, and is passed
 * over when the import is resumed. Rows that break a rule are refused and reported; the others are taken in. With
 * `upsert` a target that exists is changed by what its row gives; what is missing or null stays, attributes, metadata
 * and tags are added. Needs CREATE_TARGET, and UPDATE_TARGET for upsert.
 * @throws IMPORT_NOT_FOUND, IMPORT_TAKEN_OVER, INVALID_INPUT; what the source throws
 */
export async function importTargets(
  context: Context,
  input: ImportOptions,
  read: RowSource,
): Promise<Import> {
  requirePermission(context, 'CREATE_TARGET');
  const record = await beginImport(context, parse(ImportOptions, input));
  if (record.state === 'finished') return importView(context)(record);
  const name = senderOf(context);
  const work = () => takeIn(context, record, read);
  return importView(context)(await readInTurnOfOne(name, () => readInTurn({ name }, work)));
}

/** Whose imports wait for one another. */
const senderOf = ({ caller: { tenantId, username } }: Context) => `${tenantId} ${username}`;

async function takeIn(context: Context, record: ImportRecord, read: RowSource): Promise<ImportRecord> {
  const writer = openWriter(context, record, await mostOfTarget(context));
  let problem: unknown;
  try {
    for await (const batch of read(positionOf(record), record)) await writer.add(batch);
  } catch (error) {
    problem = error;
  }
  try {
    // What was read before the source ended or failed is whole rows, and welcome.
    await writer.close();
  } catch (error) {
    problem ??= error;
  }
  if (problem === undefined) return endImport(context, record, 'finished');
  const refused = problem instanceof DomainError;
  const message = refused ? (problem as DomainError).message : 'The upload ended early.';
  await endImport(context, record, refused ? 'failed' : 'interrupted', message).catch(() => {});
  throw problem;
}

async function mostOfTarget({ database, caller: { tenantId } }: Context): Promise<MostOfTarget> {
  return {
    attributes: await targetLimit(database, tenantId, 'target_attributes'),
    metadata: await targetLimit(database, tenantId, 'target_metadata'),
  };
}

const positionOf = ({ bytes, lines, digest }: ImportRecord): Position => ({ bytes, lines, digest });

/**
 * Gathers rows to chunks and commits them in their order: while one is merged the next is sent to the database, and
 * then the one after is read. After a commit failed every call fails.
 */
function openWriter(context: Context, record: ImportRecord, most: MostOfTarget) {
  const name = senderOf(context);
  let read = record.bytes;
  let chunk = openChunk(positionOf(record));
  let begunAt = performance.now();
  let shown = record.preview.length;
  let earlier: Promise<void> = Promise.resolve();
  let latest: Promise<void> = earlier;
  const turns = takeTurns();

  const commit = async () => {
    await earlier;
    if (chunk.end.bytes === read) return;
    read = chunk.end.bytes;
    const sending = chunk;
    chunk = openChunk(sending.end);
    begunAt = performance.now();
    earlier = latest;
    // Reading goes on once the rows are sent: before, it would only hold up the sending.
    await new Promise<void>((onStaged) => {
      latest = writeInTurn({ name }, () =>
        commitChunk(context, record, sending, { turn: earlier, onStaged }),
      );
      // A failure is met when it is awaited, before anything else is committed.
      latest.finally(onStaged).catch(() => {});
    });
  };
  return {
    async add({ rows, end, layout }: RowBatch) {
      chunk.layout = layout;
      for (const row of rows) {
        if (turns.isOver()) await turns.next();
        addRow(chunk, context.secrets, checkRow(row, most), row.text);
        if (shown < ROWS_SHOWN) {
          chunk.preview.push(previewOf(row));
          shown++;
        }
      }
      chunk.end = end;
      const isFull =
        chunk.lines.length + chunk.refused.length >= ROWS_A_CHUNK ||
        end.bytes - read >= BYTES_A_CHUNK ||
        performance.now() - begunAt >= COMMIT_EVERY_MS;
      if (isFull) await commit();
    },
    async close() {
      await commit();
      await latest;
    },
  };
}
