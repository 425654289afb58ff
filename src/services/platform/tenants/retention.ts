import { eq, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { tenantConfiguration, tenants } from '../../../database/tables/tenants.ts';
import type { ConfigurationKeyName } from './configuration-keys.ts';

const DAY_MS = 86_400_000;

/** Tenants that keep something for the same time, and before when they keep it no longer. */
interface Keepers {
  tenantIds: number[];
  before: Date;
}

/**
 * All tenants, by the days for which they keep what the setting is for. Most keep the same, so that few statements
 * delete what is older. By two plain lists, as engines with shards take no other way of joining them.
 */
export async function keepersOf(
  database: Database | Transaction,
  { key, days, now }: { key: ConfigurationKeyName; days: number; now: Date },
): Promise<Keepers[]> {
  const all = await database.select({ tenantId: tenants.tenantId }).from(tenants).orderBy(tenants.tenantId);
  const own = await database
    .select({ tenantId: tenantConfiguration.tenantId, value: tenantConfiguration.value })
    .from(tenantConfiguration)
    .where(sql`${eq(tenantConfiguration.key, key)} ${overAllTenants('retention')}`);
  const given = new Map(own.map(({ tenantId, value }) => [tenantId, Number(value)]));
  const byDays = new Map<number, number[]>();
  for (const { tenantId } of all) {
    const kept = given.get(tenantId) ?? days;
    const those = byDays.get(kept);
    if (those) those.push(tenantId);
    else byDays.set(kept, [tenantId]);
  }
  return [...byDays].map(([kept, tenantIds]) => ({
    tenantIds,
    before: new Date(now.getTime() - kept * DAY_MS),
  }));
}
