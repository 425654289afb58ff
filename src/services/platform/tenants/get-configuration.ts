import { eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import { configurationKeyUnknown } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKey,
  type ConfigurationKeyName,
  type ConfigurationValue,
  GATEWAY_TOKEN_KEY,
  isConfigurationKey,
} from './configuration-keys.ts';

/** Where a value comes from: Muster itself, the server's environment, or the tenant. */
export type SettingOrigin = 'default' | 'environment' | 'tenant';

/** The value of a key, where it comes from, and who set it when if the tenant did. */
export interface ConfigurationEntry {
  key: ConfigurationKeyName;
  value: ConfigurationValue;
  origin: SettingOrigin;
  /** What the tenant has without a value of its own. */
  inherited: ConfigurationValue;
  createdAt?: Date;
  createdBy?: string;
  lastModifiedAt?: Date;
  lastModifiedBy?: string;
}

const ALL_KEYS = Object.keys(CONFIGURATION_KEYS).filter(isConfigurationKey);

/**
 * Every key with its value. Needs READ_TENANT_CONFIGURATION; without READ_GATEWAY_SECURITY_TOKEN the gateway token is
 * shown as not set.
 */
export async function listConfiguration(context: Context): Promise<ConfigurationEntry[]> {
  requirePermission(context, 'READ_TENANT_CONFIGURATION');
  return readEntries(context, context.database, ALL_KEYS);
}

/** The value of one key. Needs the permissions of `listConfiguration`. @throws CONFIGURATION_KEY_UNKNOWN */
export async function findConfiguration(context: Context, key: string): Promise<ConfigurationEntry> {
  requirePermission(context, 'READ_TENANT_CONFIGURATION');
  if (!isConfigurationKey(key)) throw configurationKeyUnknown(key);
  const [entry] = await readEntries(context, context.database, [key]);
  return entry!;
}

/** The entries of these keys, in their order, as this caller may see them. */
export async function readEntries(
  { caller, systemDefaults, secrets }: Context,
  database: Database | Transaction,
  keys: readonly ConfigurationKeyName[],
): Promise<ConfigurationEntry[]> {
  const rows = await database
    .select()
    .from(tenantConfiguration)
    .where(eq(tenantConfiguration.tenantId, caller.tenantId));
  const own = new Map(rows.map(({ tenantId: _, ...row }) => [row.key, row]));
  if (!caller.permissions.has('READ_GATEWAY_SECURITY_TOKEN')) own.delete(GATEWAY_TOKEN_KEY);
  return keys.map((key) => {
    const { inherited, system }: ConfigurationKey = CONFIGURATION_KEYS[key];
    const value = inherited(systemDefaults);
    const row = own.get(key);
    if (row && key === GATEWAY_TOKEN_KEY) row.value = secrets.open(String(row.value));
    if (row) return { ...row, key, origin: 'tenant', inherited: value };
    const isGiven = system !== undefined && systemDefaults.given[system];
    return { key, value, origin: isGiven ? 'environment' : 'default', inherited: value };
  });
}
