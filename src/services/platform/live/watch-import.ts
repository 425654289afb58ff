import { findImport, type Import } from '../../fleet/imports/find.ts';
import type { Context } from '../../shared/context.ts';

const LOOK_EVERY_MS = 500;

/**
 * Sends an import now and after each progress, until it has finished or failed. An interrupted one may be resumed, so it
 * doesn't end. Needs CREATE_TARGET all the time.
 * @throws IMPORT_NOT_FOUND
 */
export async function* watchImport(context: Context, id: number): AsyncGenerator<Import, undefined> {
  let sent: string | undefined;
  for (;;) {
    const found = await findImport(context, id);
    const text = JSON.stringify(found);
    if (text !== sent) yield found;
    sent = text;
    if (found.state === 'finished' || found.state === 'failed') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
