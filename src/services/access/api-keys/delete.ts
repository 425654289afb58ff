import { and, eq } from 'drizzle-orm';
import { apiKeys } from '../../../database/tables/api-keys.ts';
import { apiKeyNotFound } from '../../../errors.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { type ApiKey, keyView, selectKeys, visibleKeys } from './api-key.ts';

/**
 * Deletes an API key, which ends at once. Everyone may delete their own account's, a TENANT_ADMIN any. Answers with what was deleted.
 * @throws API_KEY_NOT_FOUND, also for the key of another where the caller may not delete it
 */
export async function deleteApiKey(context: Context, { id }: { id: number }): Promise<ApiKey> {
  const visible = visibleKeys(context);
  const itself = and(eq(apiKeys.tenantId, context.caller.tenantId), eq(apiKeys.id, id));

  return change(context, async (tx, changes) => {
    const [key] = await selectKeys(tx).where(and(itself, visible)).for('update', { of: apiKeys });
    if (!key) throw apiKeyNotFound(String(id));
    await tx.delete(apiKeys).where(itself);
    changes.settings();
    changes.record({ type: 'api-key.deleted', subjects: [key.name] });
    return keyView(context.caller)(key);
  });
}
