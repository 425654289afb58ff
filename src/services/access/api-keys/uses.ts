import { sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf } from '../../../database/bulk.ts';
import { type Database, isOpen } from '../../../database/connect.ts';
import { apiKeys } from '../../../database/tables/api-keys.ts';

const WRITE_EVERY_MS = 2_000;
/** A later use within this time isn't worth a write. */
const COARSE_MS = 3_600_000;

interface UsedKey {
  tenantId: number;
  id: number;
  /** As it was read. */
  lastUsedAt: Date | null;
}

export interface KeyUses {
  /** Remembers a use, to be written soon. A crash loses it. */
  note(key: UsedKey, at: Date): void;
  /** Writes what is collected. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Gathers when API keys are used, and writes it for each about once an hour, without any request waiting for it. */
export function openKeyUses(database: Database, onError: (error: unknown) => void): KeyUses {
  let waiting = new Map<number, UsedKey & { at: Date }>();

  const flush = async () => {
    // They are kept until the database is back.
    if (!isOpen(database)) return;
    const batch = [...waiting.values()];
    waiting = new Map();
    if (batch.length) await writeUses(database, batch).catch(onError);
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();
  return {
    flush,
    note(key, at) {
      const known = key.lastUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
      if (at.getTime() - known >= COARSE_MS) waiting.set(key.id, { ...key, at });
    },
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}

/** Another process may have written a later one. */
async function writeUses(database: Database, batch: readonly (UsedKey & { at: Date })[]): Promise<void> {
  const list = (of: (use: UsedKey & { at: Date }) => string | number) => arrayOf(batch.map(of));
  await database.execute(sql`
    UPDATE ${apiKeys} AS key
    SET last_used_at = GREATEST(key.last_used_at, new.at)
    FROM unnest(${list((use) => use.tenantId)}::bigint[], ${list((use) => use.id)}::bigint[],
                ${list((use) => use.at.toISOString())}::timestamptz[]) AS new(tenant_id, id, at)
    WHERE key.tenant_id = new.tenant_id AND key.id = new.id ${overAllTenants('uses of API keys')}`);
}
