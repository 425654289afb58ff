import { and, asc, gt } from 'drizzle-orm';
import type { z } from 'zod';
import { apiKeys } from '../../../database/tables/api-keys.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { type ApiKey, keyView, selectKeys, visibleKeys } from './api-key.ts';
import { ApiKeyPage } from './input.ts';

export interface ApiKeyList {
  apiKeys: ApiKey[];
  /** Whether more come after the last one. */
  hasNext: boolean;
}

/**
 * The API keys of the caller's own account, and with TENANT_ADMIN of the whole tenant, by name: `limit` (500) of
 * them, `after` a name.
 */
export async function listApiKeys(
  context: Context,
  input: z.input<typeof ApiKeyPage> = {},
): Promise<ApiKeyList> {
  const visible = visibleKeys(context);
  const { limit, after } = parse(ApiKeyPage, input);
  const size = limit ?? 500;
  const rows = await selectKeys(context.database)
    .where(and(visible, after ? gt(apiKeys.name, after) : undefined))
    .orderBy(asc(apiKeys.name))
    .limit(size + 1);
  return { apiKeys: rows.slice(0, size).map(keyView(context.caller)), hasNext: rows.length > size };
}
