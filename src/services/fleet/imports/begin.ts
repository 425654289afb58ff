import { isDeepStrictEqual } from 'node:util';
import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { imports } from '../../../database/tables/imports.ts';
import { importNotFound, invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { type ImportRecord, readableImport } from './find.ts';
import { forgetImports } from './forget.ts';
import type { ReadImportOptions } from './input.ts';

/**
 * Notes a new import, or takes over the one that `resume` or `key` names; a finished one is given back as it is. Needs
 * CREATE_TARGET, and UPDATE_TARGET for upsert.
 * @throws IMPORT_NOT_FOUND; INVALID_INPUT where a resumed one was begun otherwise, or the key is another's
 */
export async function beginImport(context: Context, options: ReadImportOptions): Promise<ImportRecord> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
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
    const record = await insertImport(tx, context, options, { state: 'running', now });
    changes.record({ type: 'import.started', subjects: record ? [String(record.id)] : [] });
    if (record) return record;
    // Another upload of the same key came first.
    const other = await lockImport(tx, context, options);
    if (!other) throw invalid("key: is that of somebody else's import", ['key']);
    return takeOver(tx, other, options, now);
  });
}

/** Notes an import of which nothing has come yet; undefined where its key is taken. */
export async function insertImport(
  tx: Transaction,
  { caller: { tenantId, username } }: Context,
  options: Omit<ReadImportOptions, 'resume'>,
  { state, now }: { state: 'waiting' | 'running'; now: Date },
): Promise<ImportRecord | undefined> {
  const [record] = await tx
    .insert(imports)
    .values({
      tenantId,
      key: options.key ?? null,
      state,
      mode: options.mode ?? 'create',
      format: options.format,
      dryRun: options.dryRun ?? false,
      delimiter: options.delimiter ?? null,
      columns: options.columns ?? null,
      fields: options.fields ?? null,
      bytesTotal: options.bytesTotal ?? null,
      attempt: 1,
      startedAt: now,
      startedBy: username,
      updatedAt: now,
    })
    .onConflictDoNothing({ target: [imports.tenantId, imports.key] })
    .returning();
  return record;
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
  for (const name of ['mode', 'format', 'dryRun', 'delimiter', 'columns', 'fields'] as const)
    if (options[name] != null && !isDeepStrictEqual(options[name], known[name]))
      throw invalid(`${name}: was ${shownOf(known[name])} when the import began`, [name]);
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

const shownOf = (value: unknown): string =>
  value === null ? 'not given' : typeof value === 'object' ? JSON.stringify(value) : String(value);
