import type { Context } from '../../shared/context.ts';
import { listMatching, orderedBy, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { type ApiKey, keyView, selectKeys, visibleKeys } from './api-key.ts';
import { API_KEY_FIELDS, API_KEY_ORDER, type ApiKeyOrderField } from './fields.ts';

/**
 * Lists the API keys of the caller's own account, and with TENANT_ADMIN of the whole tenant, by name unless ordered
 * otherwise.
 * @throws FORBIDDEN for a caller without a password and TENANT_ADMIN; what `listMatching` throws
 */
export async function listApiKeys(
  context: Context,
  request: PageRequest<ApiKeyOrderField> = {},
): Promise<Listing<ApiKey>> {
  const scope = visibleKeys(context);
  const { database, caller } = context;
  return listMatching(
    context,
    orderedBy(request, 'name'),
    { fields: API_KEY_FIELDS, order: API_KEY_ORDER, scope },
    sourceOf(database, () => selectKeys(database), keyView(caller)),
  );
}
