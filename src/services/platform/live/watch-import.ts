import { and, eq } from 'drizzle-orm';
import { imports } from '../../../database/tables/imports.ts';
import { importNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { findImport, IMPORT_COLUMNS, type Import, importView, isReadable } from '../../fleet/imports/find.ts';
import type { Context } from '../../shared/context.ts';
import { openLooks } from '../../shared/looks.ts';

const nextLook = openLooks(async ({ database }, { tenantId, id }) => {
  const itself = and(eq(imports.tenantId, tenantId), eq(imports.id, id));
  const [found] = await database.select(IMPORT_COLUMNS).from(imports).where(itself);
  return found;
});

/**
 * Sends an import now and after each progress, until it has finished or failed. An interrupted one may be resumed, so it
 * doesn't end. Needs CREATE_TARGET all the time.
 * @throws IMPORT_NOT_FOUND
 */
export async function* watchImport(context: Context, id: number): AsyncGenerator<Import, undefined> {
  let found: Import | undefined = await findImport(context, id);
  let sent: string | undefined;
  for (;;) {
    requirePermission(context, 'CREATE_TARGET');
    if (!found || !isReadable(context, found)) throw importNotFound(String(id));
    const shown = importView(context)(found);
    const text = JSON.stringify(shown);
    if (text !== sent) yield shown;
    sent = text;
    if (shown.state === 'finished' || shown.state === 'failed') return;
    found = await nextLook(context, { tenantId: context.caller.tenantId, id });
  }
}
