import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import { type ImportState, imports } from '../../../database/tables/imports.ts';
import { importNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { plainText } from '../../shared/text.ts';

export type ImportRecord = typeof imports.$inferSelect;

const {
  tenantId: _tenant,
  digest: _digest,
  attempt: _attempt,
  lines: _lines,
  transactions: _transactions,
  columns: _columns,
  fields: _fields,
  layout: _layout,
  preview: _preview,
  refusedBytes: _bytes,
  ...COLUMNS
} = getTableColumns(imports);
export const IMPORT_COLUMNS = COLUMNS;

/** An import as callers get it: all numbers are of what is committed. */
export type Import = Pick<ImportRecord, keyof typeof COLUMNS>;

/** Chunks are committed far more often than this while an upload runs. */
const SILENT_MS = 60_000;

/** Who may create some targets only sees the imports that it began itself: a report names targets of any kind. */
export const readableImport = ({ caller }: Context): SQL | undefined =>
  caller.permissions.get('CREATE_TARGET') === null ? undefined : eq(imports.startedBy, caller.username);

/** The same of one that was read. */
export const isReadable = ({ caller }: Context, { startedBy }: Pick<Import, 'startedBy'>): boolean =>
  caller.permissions.get('CREATE_TARGET') === null || startedBy === caller.username;

/** The import of that id, with its progress. Needs CREATE_TARGET. @throws IMPORT_NOT_FOUND */
export async function findImport(context: Context, id: number): Promise<Import> {
  const [found] = await findImports(context, [id]);
  if (!found) throw importNotFound(String(id));
  return found;
}

/** For each id its import, or undefined where there is none. Needs CREATE_TARGET. */
export async function findImports(context: Context, ids: readonly number[]): Promise<(Import | undefined)[]> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const records = await context.database
    .select(IMPORT_COLUMNS)
    .from(imports)
    .where(and(eq(imports.tenantId, tenantId), isAmong(imports.id, ids), readableImport(context)));
  return inOrderOf(ids, records.map(importView(context)));
}

const ImportList = z.object({
  key: plainText(1, 128).nullish(),
  limit: z.number().int().min(1, 'must be from 1 to 500').max(500, 'must be from 1 to 500').nullish(),
});

/** The latest imports, the newest first, or that of a key. Needs CREATE_TARGET. */
export async function latestImports(
  context: Context,
  input: z.input<typeof ImportList> = {},
): Promise<Import[]> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const { key, limit } = parse(ImportList, input);
  const records = await context.database
    .select(IMPORT_COLUMNS)
    .from(imports)
    .where(
      and(
        eq(imports.tenantId, tenantId),
        key == null ? undefined : eq(imports.key, key),
        readableImport(context),
      ),
    )
    .orderBy(desc(imports.id))
    .limit(limit ?? 50);
  return records.map(importView(context));
}

/** What lost its process may have a message that says so. */
const LOST = 'Nothing has come for a minute: the upload, or the server that took it in, has ended.';

/** A running import of which nothing has been heard for long lost its process: it waits to be resumed. */
export function importView(context: Context): (record: Import) => Import {
  const silentSince = context.clock().getTime() - SILENT_MS;
  return (record) => {
    const shown = Object.fromEntries(
      Object.keys(IMPORT_COLUMNS).map((name) => [name, record[name as keyof Import]]),
    ) as unknown as Import;
    const isLost = record.state === 'running' && record.updatedAt.getTime() < silentSince;
    return isLost ? { ...shown, state: 'interrupted', message: LOST } : shown;
  };
}

/** The state as `importView` shows it, for filters and orders. */
export const IMPORT_STATE = sql<ImportState>`CASE
  WHEN ${imports.state} = 'running' AND ${imports.updatedAt} < now() - make_interval(secs => ${SILENT_MS / 1000})
  THEN 'interrupted' ELSE ${imports.state} END`;
