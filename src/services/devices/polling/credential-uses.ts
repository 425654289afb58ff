import { sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Database } from '../../../database/connect.ts';
import type { Device } from './device.ts';

/** Devices that sign in with something else than before, until it is written. */
export interface CredentialUses {
  note(device: Device): void;
  /** What was noted since the last call. */
  take(): ReadonlySet<Device>;
}

export function newCredentialUses(): CredentialUses {
  let changed = new Set<Device>();
  return {
    note: (device) => void changed.add(device),
    take() {
      const taken = changed;
      changed = new Set();
      return taken;
    },
  };
}

/** Writes what devices sign in with. Like poll times, a crash may lose the last second of it. */
export async function writeCredentialUses(database: Database, changed: ReadonlySet<Device>): Promise<void> {
  // In the order of ids, so that writers can't deadlock; of a device that was read again the newest counts.
  const byId = new Map([...changed].map((device) => [device.targetId, device]));
  const sorted = [...byId.values()].sort((a, b) => a.targetId - b.targetId);
  for (const chunk of chunks(sorted)) {
    const list = (of: (device: Device) => unknown) => arrayOf(chunk.map(of));
    await database.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL synchronous_commit = off`);
      await tx.execute(sql`
        UPDATE target_polls AS poll SET credential = new.kind, credential_expires_at = new.until
        FROM unnest(${list(({ tenant }) => tenant.tenantId)}::bigint[],
                    ${list(({ targetId }) => targetId)}::bigint[],
                    ${list(({ use }) => use?.kind)}::text[],
                    ${list(({ use }) => timeOf(use?.until))}::timestamptz[]) AS new(tenant_id, id, kind, until)
        WHERE poll.tenant_id = new.tenant_id AND poll.target_id = new.id ${overAllTenants('poll times')}`);
    });
  }
}

/** For the database; null where it never comes. */
export const timeOf = (at: number | undefined): string | null =>
  at !== undefined && Number.isFinite(at) ? new Date(at).toISOString() : null;
