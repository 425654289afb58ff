import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import {
  type ImportLayout,
  type ImportPreviewRow,
  importFaults,
  imports,
} from '../../../database/tables/imports.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import { byParent, isOfParent, readTogether } from '../../shared/nested.ts';
import { type Listing, type ListPart, list, type PageRequest } from '../../shared/page.ts';
import type { ImportFault, PlacedFault } from './faults.ts';
import {
  IMPORT_FAULT_FIELDS,
  IMPORT_FAULT_ORDER,
  IMPORT_FIELDS,
  IMPORT_ORDER,
  type ImportFaultOrderField,
  type ImportOrderField,
  placeOfFault,
} from './fields.ts';
import { IMPORT_COLUMNS, type Import, importView, readableImport } from './find.ts';

/** Lists imports, the newest first unless ordered otherwise. Needs CREATE_TARGET. @throws what `listMatching` throws */
export async function listImports(
  context: Context,
  request: PageRequest<ImportOrderField> = {},
): Promise<Listing<Import>> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const orderBy = request.orderBy?.length ? request.orderBy : [{ field: 'id', direction: 'desc' } as const];
  return listMatching(
    context,
    { ...request, orderBy },
    {
      fields: IMPORT_FIELDS,
      order: IMPORT_ORDER,
      scope: and(eq(imports.tenantId, tenantId), readableImport(context)),
    },
    sourceOf(
      context.database,
      () => context.database.select(IMPORT_COLUMNS).from(imports).$dynamic(),
      importView(context),
    ),
  );
}

/**
 * Lists the faults of each of many imports, in the order of the file unless ordered otherwise, in as many statements as
 * of one. Needs CREATE_TARGET.
 * @throws the filter's errors, and those of `list`
 */
export async function listFaultsOfEachImport(
  context: Context,
  importIds: readonly number[],
  request: PageRequest<ImportFaultOrderField>,
): Promise<Map<number, Listing<PlacedFault>>> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const { database } = context;
  const { importId, line, controllerId, field, code, message } = importFaults;
  const readable = database
    .select({ id: imports.id })
    .from(imports)
    .where(and(eq(imports.tenantId, tenantId), isAmong(imports.id, importIds), readableImport(context)));
  const scope = and(
    eq(importFaults.tenantId, tenantId),
    eq(importFaults.isWarning, false),
    sql`${importId} IN ${readable}`,
    await askedFilter(context, IMPORT_FAULT_FIELDS, request.filter),
  );
  const rowsOf = readTogether(async (where: SQL | undefined, { orderBy, limit, offset }: ListPart) => {
    const page = database
      .select({ importId, line, controllerId, field, code, message, ordinal: importFaults.ordinal })
      .from(importFaults)
      .where(and(scope, where, isOfParent(importId)))
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset);
    const rows = await database.execute<Record<string, string | null>>(sql`
      SELECT import_id, line, controller_id, field, code, message, ${placeOfFault} AS place
      FROM unnest(${arrayOf(importIds)}::bigint[]) AS parent(id) CROSS JOIN LATERAL ${page} AS ${importFaults}
      ORDER BY ${sql.join(orderBy, sql`, `)}`);
    const pages = byParent([...rows], (row) => Number(row['import_id']));
    return new Map([...pages].map(([id, its]) => [id, its.map(faultOf)]));
  }, []);
  const countOf = readTogether(async () => {
    const rows = await database
      .select({ importId, total: count() })
      .from(importFaults)
      .where(scope)
      .groupBy(importId);
    return new Map(rows.map((row) => [row.importId, row.total]));
  }, 0);
  return new Map(
    importIds.map((id) => [
      id,
      list(request, IMPORT_FAULT_ORDER, 'line', { rows: rowsOf(id), count: countOf(id) }),
    ]),
  );
}

const faultOf = (row: Record<string, string | null>): PlacedFault => ({
  line: Number(row['line']),
  controllerId: row['controller_id'] ?? null,
  field: row['field']!,
  code: row['code']!,
  message: row['message']!,
  place: Number(row['place']),
});

/** How the beginning of a file was read. */
export interface ImportPreview {
  layout: ImportLayout | null;
  rows: (ImportPreviewRow & { faults: Omit<ImportFault, 'line' | 'controllerId'>[] })[];
}

/** For each id how the beginning of its file was read, or undefined where there is none. Needs CREATE_TARGET. */
export async function findImportPreviews(
  context: Context,
  ids: readonly number[],
): Promise<(ImportPreview | undefined)[]> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const faults = sql<Record<string, ImportPreview['rows'][number]['faults']>>`(
    SELECT coalesce(jsonb_object_agg(line, found), '{}') FROM (
      SELECT line, jsonb_agg(jsonb_build_object('field', field, 'code', code, 'message', message) ORDER BY ordinal) AS found
      FROM ${importFaults} AS fault
      WHERE fault.tenant_id = ${tenantId} AND fault.import_id = imports.id AND NOT fault.is_warning
        AND fault.line <= (imports.preview -> -1 ->> 'line')::bigint
      GROUP BY line) AS by_line)`;
  const rows = await context.database
    .select({ id: imports.id, layout: imports.layout, preview: imports.preview, faults })
    .from(imports)
    .where(and(eq(imports.tenantId, tenantId), isAmong(imports.id, ids), readableImport(context)));
  const byId = new Map(
    rows.map(({ id, layout, preview, faults }) => [
      id,
      { layout, rows: preview.map((row) => ({ ...row, faults: faults[row.line] ?? [] })) },
    ]),
  );
  return ids.map((id) => byId.get(id));
}
