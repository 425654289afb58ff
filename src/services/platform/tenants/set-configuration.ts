import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import {
  configurationKeyUnknown,
  DomainError,
  distributionSetTypeNotFound,
  firstOf,
} from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireFilterWhollyReadable } from '../../access/readable-fields.ts';
import { endFormerGatewayTokens } from '../../devices/enrollment/tokens.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockSetTypes } from '../../software/distribution-set-types/find.ts';
import type { FieldChanges } from '../audit/record.ts';
import {
  type ConfigurationKeyName,
  type ConfigurationValue,
  convertConfigurationValue,
  DEFAULT_SET_TYPE_KEY,
  GATEWAY_TOKEN_KEY,
  isConfigurationKey,
} from './configuration-keys.ts';
import { type ConfigurationEntry, readEntries } from './get-configuration.ts';
import { parsePollingTime } from './polling-time.ts';

/**
 * Sets several keys of the caller's tenant, all or none. Needs UPDATE_TENANT_CONFIGURATION, and for the gateway token
 * READ_GATEWAY_SECURITY_TOKEN: who sets it knows it. Filters in `pollingTime` may use only what the caller may read.
 * @param values by key
 * @param written how a value is written, in any form `convertConfigurationValue` takes
 * @returns the entries set, as this caller may see them
 * @throws CONFIGURATION_KEY_UNKNOWN, DISTRIBUTION_SET_TYPE_NOT_FOUND, and what `convertConfigurationValue` throws
 */
export async function setConfiguration(
  context: Context,
  values: Readonly<Record<string, unknown>>,
  written: (key: ConfigurationKeyName, value: unknown) => unknown = (_, value) => value,
): Promise<ConfigurationEntry[]> {
  requirePermission(context, 'UPDATE_TENANT_CONFIGURATION');
  if (Object.hasOwn(values, GATEWAY_TOKEN_KEY)) requirePermission(context, 'READ_GATEWAY_SECURITY_TOKEN');
  const checked = checkedSettings(Object.entries(values), written);
  for (const { key, value } of checked)
    if (key === 'pollingTime')
      for (const { filter } of parsePollingTime(String(value)).overrides)
        requireFilterWhollyReadable(context, TARGET_FIELDS, filter);
  if (!checked.length) return [];

  return change(context, async (tx, changes) => {
    const keys = checked.map(({ key }) => key);
    const before = await readEntries(context, tx, keys);
    for (const { key, value } of checked)
      if (key === DEFAULT_SET_TYPE_KEY) await requireSetType(tx, context.caller.tenantId, Number(value));
    await writeSettings(tx, context, checked);
    if (keys.includes(GATEWAY_TOKEN_KEY)) await endFormerGatewayTokens(tx, context.caller.tenantId);
    const after = await readEntries(context, tx, keys);
    changes.settings();
    changes.record({ type: 'configuration.updated', subjects: keys, changes: changedValues(before, after) });
    return after;
  });
}

/** What the audit trail shows; a secret is never part of it. */
export function changedValues(
  before: readonly ConfigurationEntry[],
  after: readonly ConfigurationEntry[],
): FieldChanges {
  const shown = after.map((entry, at) => [entry.key, { old: before[at]?.value, new: entry.value }] as const);
  return Object.fromEntries(shown.filter(([key]) => key !== GATEWAY_TOKEN_KEY));
}

interface Setting {
  key: ConfigurationKeyName;
  value: ConfigurationValue;
}

/** @throws what is wrong with the first of them, and with it what is wrong with the others */
function checkedSettings(
  values: readonly (readonly [key: string, value: unknown])[],
  written: (key: ConfigurationKeyName, value: unknown) => unknown,
): Setting[] {
  const faults: DomainError[] = [];
  const checked = values.flatMap(([key, value]): Setting[] => {
    try {
      if (!isConfigurationKey(key)) throw configurationKeyUnknown(key);
      return [{ key, value: convertConfigurationValue(key, written(key, value)) }];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      faults.push(...error.all);
      return [];
    }
  });
  if (faults.length) throw firstOf(faults);
  return checked;
}

async function requireSetType(tx: Transaction, tenantId: number, id: number): Promise<void> {
  const [type] = await lockSetTypes(tx, tenantId, { ids: [id] });
  if (!type || type.deleted) throw distributionSetTypeNotFound(String(id), [DEFAULT_SET_TYPE_KEY]);
}

/** Writes checked values; what was set before keeps who made it. */
export async function writeSettings(
  tx: Transaction,
  { caller: { tenantId, username }, clock, secrets }: Context,
  settings: readonly Setting[],
): Promise<void> {
  const now = clock();
  const modified = { lastModifiedAt: now, lastModifiedBy: username };
  await tx
    .insert(tenantConfiguration)
    .values(
      settings.map(({ key, value }) => ({
        tenantId,
        key,
        value: key === GATEWAY_TOKEN_KEY ? secrets.sealToken(String(value)) : value,
        createdAt: now,
        createdBy: username,
        ...modified,
      })),
    )
    .onConflictDoUpdate({
      target: [tenantConfiguration.tenantId, tenantConfiguration.key],
      set: { value: sql`excluded.value`, ...modified },
    });
}
