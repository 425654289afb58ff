import { and, eq } from 'drizzle-orm';
import { type ImportState, importSeen, imports } from '../../../database/tables/imports.ts';
import { importTakenOver } from '../../../errors.ts';
import type { Context } from '../../shared/context.ts';
import type { ImportRecord } from './find.ts';

/**
 * Notes how an upload ended, unless another has taken over.
 * @throws IMPORT_TAKEN_OVER
 */
export async function endImport(
  context: Context,
  { tenantId, id, attempt }: ImportRecord,
  state: ImportState,
  message: string | null = null,
): Promise<ImportRecord> {
  const now = context.clock();
  const [record] = await context.database
    .update(imports)
    .set({ state, message, updatedAt: now, ...(state === 'finished' && { finishedAt: now }) })
    .where(and(eq(imports.tenantId, tenantId), eq(imports.id, id), eq(imports.attempt, attempt)))
    .returning();
  if (!record) throw importTakenOver(id);
  if (state === 'finished' && record.dryRun)
    await context.database
      .delete(importSeen)
      .where(and(eq(importSeen.tenantId, tenantId), eq(importSeen.importId, id)));
  return record;
}
