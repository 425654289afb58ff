import { and, eq, lt, ne, or, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { imports } from '../../../database/tables/imports.ts';
import { importNotFound, invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { type ImportRecord, readableImport } from './find.ts';
import type { ReadImportOptions } from './input.ts';

const KEPT_MS = 30 * 86_400_000;
const KEPT_AT_MOST = 1_000;
/** Rows of reports, and controllerIds that dry runs remember until they finish, of all imports of a tenant. */
const ROWS_AT_MOST = 5_000_000;

/**
 * Notes a new import, or takes over the one that `resume` or `key` names; a finished one is given back as it is. Needs
 * CREATE_TARGET, and UPDATE_TARGET for upsert. Imports untouched for thirty days are forgotten, and the oldest where
 * there are too many or their reports are too long.
 * @throws IMPORT_NOT_FOUND; INVALID_INPUT where a resumed one was begun otherwise, or the key is another's
 */
export async function beginImport(context: Context, options: ReadImportOptions): Promise<ImportRecord> {
  const { tenantId, username } = requirePermission(context, 'CREATE_TARGET');
  const now = context.clock();

  return change(context, async (tx, changes) => {
    const known = await lockImport(tx, context, options);
    if (!known && options.resume != null) throw importNotFound(String(options.resume));
    if ((known?.mode ?? options.mode) === 'upsert') requirePermission(context, 'UPDATE_TARGET');
    if (known) {
      changes.record({ type: 'import.resumed', subjects: [String(known.id)] });
      return takeOver(tx, known, options, now);
    }

    await forgetImports(tx, tenantId, now);
    const [record] = await tx
      .insert(imports)
      .values({
        tenantId,
        key: options.key ?? null,
        state: 'running',
        mode: options.mode ?? 'create',
        format: options.format,
        dryRun: options.dryRun ?? false,
        delimiter: options.delimiter ?? null,
        bytesTotal: options.bytesTotal ?? null,
        attempt: 1,
        startedAt: now,
        startedBy: username,
        updatedAt: now,
      })
      .onConflictDoNothing({ target: [imports.tenantId, imports.key] })
      .returning();
    changes.record({ type: 'import.started', subjects: record ? [String(record.id)] : [] });
    if (record) return record;
    // Another upload of the same key came first.
    const other = await lockImport(tx, context, options);
    if (!other) throw invalid("key: is that of somebody else's import", ['key']);
    return takeOver(tx, other, options, now);
  });
}

async function forgetImports(tx: Transaction, tenantId: number, now: Date): Promise<void> {
  const tooOld = new Date(now.getTime() - KEPT_MS);
  const remembered = sql`faults + CASE WHEN dry_run AND state <> 'finished' THEN rows_read ELSE 0 END`;
  const tooMany = sql`${imports.id} IN (
    SELECT id FROM (
      SELECT id, row_number() OVER newest AS n, sum(${remembered}) OVER newest AS together
      FROM imports WHERE tenant_id = ${tenantId} WINDOW newest AS (ORDER BY id DESC)) AS counted
    WHERE n > ${KEPT_AT_MOST} OR together > ${ROWS_AT_MOST})`;
  await tx
    .delete(imports)
    .where(
      and(
        eq(imports.tenantId, tenantId),
        or(lt(imports.updatedAt, tooOld), and(ne(imports.state, 'running'), tooMany)),
      ),
    );
}

async function lockImport(tx: Transaction, context: Context, { key, resume }: ReadImportOptions) {
  if (key == null && resume == null) return undefined;
  const [record] = await tx
    .select()
    .from(imports)
    .where(
      and(
        eq(imports.tenantId, context.caller.tenantId),
        key == null ? isAmong(imports.id, [resume!]) : eq(imports.key, key),
        readableImport(context),
      ),
    )
    .for('no key update');
  return record;
}

async function takeOver(
  tx: Transaction,
  known: ImportRecord,
  options: ReadImportOptions,
  now: Date,
): Promise<ImportRecord> {
  for (const name of ['mode', 'format', 'dryRun', 'delimiter'] as const)
    if (options[name] != null && options[name] !== known[name])
      throw invalid(`${name}: was ${known[name] ?? 'not given'} when the import began`, [name]);
  if (known.state === 'finished') return known;
  const [record] = await tx
    .update(imports)
    .set({
      state: 'running',
      message: null,
      attempt: known.attempt + 1,
      bytesTotal: options.bytesTotal ?? known.bytesTotal,
      updatedAt: now,
    })
    .where(and(eq(imports.tenantId, known.tenantId), eq(imports.id, known.id)))
    .returning();
  return record!;
}
