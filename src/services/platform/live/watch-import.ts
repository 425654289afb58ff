import { findImport, type Import } from '../../fleet/imports/find.ts';
import type { Context } from '../../shared/context.ts';

const LOOK_EVERY_MS = 500;

/**
 * Tells how far an import is, now and whenever it went on, until it finished or failed; one that was interrupted may be
 * resumed. Needs CREATE_TARGET all the while.
 * @throws IMPORT_NOT_FOUND
 */
export async function* watchImport(context: Context, id: number): AsyncGenerator<Import, undefined> {
  let told: string | undefined;
  for (;;) {
    const found = await findImport(context, id);
    const text = JSON.stringify(found);
    if (text !== told) yield found;
    told = text;
    if (found.state === 'finished' || found.state === 'failed') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
