import { and, eq, sql } from 'drizzle-orm';
import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { importFaults } from '../../../database/tables/imports.ts';
import type { Context } from '../../shared/context.ts';
import type { RefusedRow } from './check.ts';
import { findImport, type ImportRecord } from './find.ts';
import type { Fault } from './source.ts';

export interface ImportWarning {
  line: number;
  controllerId: string | null;
  message: string;
}

export interface ImportFault extends Fault {
  line: number;
  controllerId: string | null;
}

/** A fault with its place in the file: no other fault of the import has it. */
export interface PlacedFault extends ImportFault {
  place: number;
}

/** An import remembers so many, and counts the rows of the others. */
const KEPT_AT_MOST = 100_000;
/** Warnings that an import remembers; it counts the others. */
const WARNINGS_AT_MOST = 1_000;
const A_PAGE = 1_000;

/** Remembers what was wrong with rows. @returns how many faults were kept */
export async function recordFaults(
  tx: Transaction,
  { tenantId, id, faults }: ImportRecord,
  refused: readonly RefusedRow[],
): Promise<number> {
  const room = KEPT_AT_MOST - faults;
  if (room <= 0) return 0;
  const rows = refused
    .slice(0, room)
    .flatMap(({ line, controllerId, faults }) =>
      faults.map((fault, ordinal) => ({ ...fault, line, controllerId, ordinal })),
    )
    .slice(0, room);
  await keep(tx, { tenantId, importId: id, isWarning: false }, rows);
  return rows.length;
}

/** Remembers rows that were taken in, but may not be meant so. */
export async function recordWarnings(
  tx: Transaction,
  { tenantId, id, warnings }: ImportRecord,
  found: readonly ImportWarning[],
): Promise<void> {
  const rows = found
    .slice(0, Math.max(WARNINGS_AT_MOST - warnings, 0))
    .map((warning) => ({ ...warning, ordinal: 0, field: '', code: 'WARNING' }));
  await keep(tx, { tenantId, importId: id, isWarning: true }, rows);
}

async function keep(
  tx: Transaction,
  of: { tenantId: number; importId: number; isWarning: boolean },
  rows: readonly (ImportFault & { ordinal: number })[],
): Promise<void> {
  for (const chunk of chunks(rows, A_PAGE)) {
    const list = <T>(of: (row: (typeof rows)[number]) => T) => chunk.map(of);
    await tx.execute(
      insertFromArrays(
        importFaults,
        {
          line: list(({ line }) => line),
          ordinal: list(({ ordinal }) => ordinal),
          controllerId: list(({ controllerId }) => controllerId),
          field: list(({ field }) => storable(field)),
          code: list(({ code }) => code),
          message: list(({ message }) => storable(message)),
        },
        of,
      ),
    );
  }
}

/** A file may hold what the database can't: it shows as U+FFFD. */
export const storable = (text: string) => text.replaceAll('\0', '\ufffd').toWellFormed();

/** What was wrong with an import's refused rows, in the order of the file. Needs CREATE_TARGET. @throws IMPORT_NOT_FOUND */
export async function listImportFaults(context: Context, id: number): Promise<AsyncIterable<ImportFault>> {
  await findImport(context, id);
  return pages(context, id, false);
}

/** Rows that were taken in and may not be meant so, in the order of the file: the first. Needs CREATE_TARGET. @throws IMPORT_NOT_FOUND */
export async function listImportWarnings(
  context: Context,
  id: number,
): Promise<AsyncIterable<ImportWarning>> {
  await findImport(context, id);
  return asWarnings(pages(context, id, true));
}

async function* asWarnings(rows: AsyncIterable<ImportFault>): AsyncGenerator<ImportWarning> {
  for await (const { line, controllerId, message } of rows) yield { line, controllerId, message };
}

/** The first warnings of an import. Needs CREATE_TARGET. @throws IMPORT_NOT_FOUND */
export async function firstImportWarnings(
  context: Context,
  id: number,
  count: number,
): Promise<ImportWarning[]> {
  await findImport(context, id);
  const first: ImportWarning[] = [];
  for await (const warning of asWarnings(pages(context, id, true, count)))
    if (first.push(warning) === count) break;
  return first;
}

async function* pages(
  { database, caller }: Context,
  importId: number,
  isWarning: boolean,
  aPage = A_PAGE,
): AsyncGenerator<ImportFault> {
  const { line, ordinal, controllerId, field, code, message } = importFaults;
  for (let after = { line: 0, ordinal: 0 }; ; ) {
    const rows = await database
      .select({ line, ordinal, controllerId, field, code, message })
      .from(importFaults)
      .where(
        and(
          eq(importFaults.tenantId, caller.tenantId),
          eq(importFaults.importId, importId),
          eq(importFaults.isWarning, isWarning),
          sql`(${line}, ${ordinal}) > (${after.line}, ${after.ordinal})`,
        ),
      )
      .orderBy(line, ordinal)
      .limit(aPage);
    for (const { ordinal: _, ...fault } of rows) yield fault;
    const last = rows.at(-1);
    if (!last || rows.length < aPage) return;
    after = last;
  }
}
