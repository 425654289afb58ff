import type { Pool } from '../../database/connect.ts';
import type { Connection } from '../../database/connection.ts';
import { openKeyUses } from '../access/api-keys/uses.ts';
import type { Platform } from '../shared/context.ts';
import { openTotals } from '../shared/totals.ts';
import { openAnnouncements } from './announcements.ts';
import { openRefusals } from './audit/refusals.ts';
import { openTenantRegistry } from './tenants/registry.ts';

export interface OpenedPlatform {
  platform: Platform;
  /** Writes what is pending; the pool stays open. */
  close(): Promise<void>;
}

/** What a platform works with; without a clock it goes by this machine's. */
export type PlatformParts = Pick<Platform, 'systemDefaults' | 'storage' | 'secrets'> &
  Partial<Pick<Platform, 'clock'>>;

/** Opens what every service of this process works with. `direct` is the way past a pooler. */
export async function openPlatform(
  pool: Pool,
  direct: Connection,
  { systemDefaults, storage, secrets, clock = () => new Date() }: PlatformParts,
  onError: (error: unknown) => void,
): Promise<OpenedPlatform> {
  const { database } = pool;
  const announcements = await openAnnouncements(direct, pool, onError);
  const tenants = openTenantRegistry(database, announcements, systemDefaults);
  const refusals = openRefusals({ database, clock, announcements }, onError);
  const keyUses = openKeyUses(database, onError);
  return {
    platform: {
      database,
      clock,
      announcements,
      tenants,
      systemDefaults,
      refusals,
      keyUses,
      storage,
      secrets,
      totals: openTotals(announcements),
    },
    async close() {
      await refusals.close();
      await keyUses.close();
      await announcements.close();
    },
  };
}
