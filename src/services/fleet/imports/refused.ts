import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { type ImportLayout, importFaults, importRefused, imports } from '../../../database/tables/imports.ts';
import { importNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import type { RefusedRow } from './check.ts';
import type { Chunk } from './chunk.ts';
import { type ImportFault, storable } from './faults.ts';
import { type ImportRecord, readableImport } from './find.ts';

/** Of one import: rows beyond are only counted, and their faults told. */
const BYTES_AT_MOST = 16 << 20;
const ROWS_AT_MOST = 100_000;
const A_PAGE = 500;

/** Keeps refused rows as they are in the file, encrypted because they may have tokens. @returns how many more are kept now, and their bytes */
export async function keepRefused(
  tx: Transaction,
  { tenantId, id, refusedKept, refusedBytes, secrets }: ImportRecord & Pick<Context, 'secrets'>,
  { lines, texts }: Chunk,
  refused: readonly RefusedRow[],
): Promise<{ kept: number; bytes: number }> {
  if (!refused.length || refusedKept >= ROWS_AT_MOST) return { kept: 0, bytes: 0 };
  const staged = new Map(lines.map((line, at) => [line, texts[at]]));
  const rows: { line: number; row: string }[] = [];
  let bytes = 0;
  for (const { line, text = staged.get(line) } of refused.slice(0, ROWS_AT_MOST - refusedKept)) {
    if (text === undefined) continue;
    bytes += Buffer.byteLength(text);
    if (refusedBytes + bytes > BYTES_AT_MOST) {
      bytes -= Buffer.byteLength(text);
      break;
    }
    rows.push({ line, row: secrets.seal(storable(text)) });
  }
  for (const chunk of chunks(rows))
    await tx.execute(
      insertFromArrays(
        importRefused,
        { line: chunk.map(({ line }) => line), row: chunk.map(({ row }) => row) },
        { tenantId, importId: id },
      ),
    );
  return { kept: rows.length, bytes };
}

/** A refused row as it was in the file, with what is wrong with it. */
export interface KeptRow {
  line: number;
  row: string;
  faults: Pick<ImportFault, 'field' | 'message'>[];
}

/** The refused rows of an import, and how its file is written. */
export interface RefusedRows extends Pick<ImportRecord, 'format'> {
  layout: ImportLayout | null;
  rows: AsyncIterable<KeptRow>;
}

/** The refused rows of an import that are kept, in the order of the file. Needs CREATE_TARGET. @throws IMPORT_NOT_FOUND */
export async function readRefused(context: Context, id: number): Promise<RefusedRows> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const [found] = await context.database
    .select({ format: imports.format, layout: imports.layout })
    .from(imports)
    .where(and(eq(imports.tenantId, tenantId), eq(imports.id, id), readableImport(context)));
  if (!found) throw importNotFound(String(id));
  return { ...found, rows: keptRows(context, id) };
}

async function* keptRows({ database, caller, secrets }: Context, importId: number): AsyncGenerator<KeptRow> {
  // With the tables' names written out: in a list of columns the query builder leaves them away.
  const faults = sql<KeptRow['faults']>`(
    SELECT coalesce(jsonb_agg(jsonb_build_object('field', field, 'message', message) ORDER BY ordinal), '[]')
    FROM ${importFaults} AS fault
    WHERE fault.tenant_id = ${caller.tenantId} AND fault.import_id = import_refused.import_id
      AND fault.line = import_refused.line AND NOT fault.is_warning)`;
  for (let after = 0; ; ) {
    const rows = await database
      .select({ line: importRefused.line, row: importRefused.row, faults })
      .from(importRefused)
      .where(
        and(
          eq(importRefused.tenantId, caller.tenantId),
          eq(importRefused.importId, importId),
          gt(importRefused.line, after),
        ),
      )
      .orderBy(asc(importRefused.line))
      .limit(A_PAGE);
    yield* rows.map((kept) => ({ ...kept, row: secrets.open(kept.row) }));
    const last = rows.at(-1);
    if (!last || rows.length < A_PAGE) return;
    after = last.line;
  }
}
