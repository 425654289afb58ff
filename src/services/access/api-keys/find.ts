import { and } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { apiKeys } from '../../../database/tables/api-keys.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { type ApiKey, keyView, selectKeys, visibleKeys } from './api-key.ts';

/** For each id its API key, or undefined where there is none that the caller may see, as `listApiKeys` says. */
export async function findApiKeys(context: Context, ids: readonly number[]): Promise<(ApiKey | undefined)[]> {
  const visible = visibleKeys(context);
  const rows = await selectKeys(context.database).where(and(visible, isAmong(apiKeys.id, ids)));
  return inOrderOf(ids, rows.map(keyView(context.caller)));
}
