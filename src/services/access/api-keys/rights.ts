import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { apiKeys } from '../../../database/tables/api-keys.ts';
import { always, type Right } from '../rights.ts';
import { selectKeys, visibleKeys } from './api-key.ts';

/** The right to delete an API key: of a TENANT_ADMIN to any, of others to their own where they signed in by a password. */
export const deletingApiKey: Right = async (context, ids) => {
  const { roles, kind, tenantId } = context.caller;
  if (roles.has('TENANT_ADMIN')) return always(true);
  if (kind !== 'USER') return always(false);
  const found = await selectKeys(context.database).where(
    and(eq(apiKeys.tenantId, tenantId), isAmong(apiKeys.id, ids), visibleKeys(context)),
  );
  const own = new Set(found.map(({ id }) => id));
  return (id) => own.has(id);
};
