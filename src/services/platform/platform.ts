import type { Pool } from '../../database/connect.ts';
import type { Connection } from '../../database/connection.ts';
import { openKeyUses } from '../access/api-keys/uses.ts';
import { openGuesses } from '../access/guesses.ts';
import type { Platform } from '../shared/context.ts';
import { openTotals } from '../shared/totals.ts';
import { openAnnouncements } from './announcements.ts';
import { openRefusals } from './audit/refusals.ts';
import { openCalls } from './outgoing/calls.ts';
import { openExchanges } from './outgoing/exchanges.ts';
import { openSender } from './outgoing/send.ts';
import { openTenantRegistry } from './tenants/registry.ts';

export interface OpenedPlatform {
  platform: Platform;
  /** Writes what is pending; the pool stays open. */
  close(): Promise<void>;
}

/** What a platform works with; without a clock it goes by this machine's. */
export type PlatformParts = Pick<Platform, 'systemDefaults' | 'storage' | 'secrets'> & {
  clock?: Platform['clock'];
  /** Of a replica, where there is one. */
  reads?: Platform['reads'] | undefined;
};

/** Opens what every service of this process works with. `direct` is the way past a pooler. */
export async function openPlatform(
  pool: Pool,
  direct: Connection,
  { systemDefaults, storage, secrets, clock = () => new Date(), reads }: PlatformParts,
  onError: (error: unknown) => void,
): Promise<OpenedPlatform> {
  const { database } = pool;
  const announcements = await openAnnouncements(direct, pool, onError);
  const tenants = openTenantRegistry(database, announcements, systemDefaults);
  const refusals = openRefusals({ database, clock, announcements }, onError);
  const keyUses = openKeyUses(database, onError);
  const allowPrivate = systemDefaults.privateWebhooks;
  const calls = openCalls(openSender({ allowPrivate, clock }), secrets, announcements);
  const exchanges = openExchanges({ allowPrivate }, announcements);
  return {
    platform: {
      database,
      reads: reads ?? (async () => database),
      clock,
      announcements,
      tenants,
      systemDefaults,
      refusals,
      keyUses,
      guesses: openGuesses(announcements),
      storage,
      secrets,
      totals: openTotals(announcements),
      calls,
      exchanges,
    },
    async close() {
      calls.close();
      exchanges.close();
      await refusals.close();
      await keyUses.close();
      await announcements.close();
    },
  };
}
