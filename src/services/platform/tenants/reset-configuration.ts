import { and, eq, inArray } from 'drizzle-orm';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import { configurationNotInherited } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { endFormerGatewayTokens } from '../../devices/enrollment/tokens.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { DEFAULT_SET_TYPE_KEY, GATEWAY_TOKEN_KEY, isConfigurationKey } from './configuration-keys.ts';
import { type ConfigurationEntry, readEntries } from './get-configuration.ts';
import { changedValues } from './set-configuration.ts';

/**
 * Removes the tenant's own values of these keys, so that it inherits them again. Skips keys that are unknown or not
 * set. Needs DELETE_TENANT_CONFIGURATION.
 * @throws CONFIGURATION_NOT_INHERITED for the one key that every tenant has itself
 * @returns the entries of those keys that exist, as this caller may see them
 */
export async function resetConfiguration(
  context: Context,
  keys: readonly string[],
): Promise<ConfigurationEntry[]> {
  const { tenantId } = requirePermission(context, 'DELETE_TENANT_CONFIGURATION');
  const known = [...new Set(keys.filter(isConfigurationKey))];
  if (known.includes(DEFAULT_SET_TYPE_KEY)) throw configurationNotInherited(DEFAULT_SET_TYPE_KEY);
  if (!known.length) return [];

  return change(context, async (tx, changes) => {
    const before = await readEntries(context, tx, known);
    await tx
      .delete(tenantConfiguration)
      .where(and(eq(tenantConfiguration.tenantId, tenantId), inArray(tenantConfiguration.key, known)));
    if (known.includes(GATEWAY_TOKEN_KEY)) await endFormerGatewayTokens(tx, tenantId);
    const after = await readEntries(context, tx, known);
    changes.settings();
    changes.record({ type: 'configuration.reset', subjects: known, changes: changedValues(before, after) });
    return after;
  });
}
