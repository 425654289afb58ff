import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { isSnapshotOpen } from '../../../database/snapshot.ts';
import { artifactContents, artifactOrphans, artifacts } from '../../../database/tables/software.ts';
import type { Platform } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';

/** How long an upload may take; what it left behind is removed after that. */
const ORPHANS_LIVE_MS = 24 * 60 * 60 * 1000;
const AT_ONCE = 100;

/** Notes that the store will hold something that no artifact has yet. */
export const noteOrphan = (database: Database, tenantId: number, location: string, since: Date) =>
  database.insert(artifactOrphans).values({ tenantId, location, since });

/** Says that an artifact has it now. @returns false where it was removed before */
export async function claimOrphan(
  database: Database | Transaction,
  tenantId: number,
  location: string,
): Promise<boolean> {
  const claimed = await database
    .delete(artifactOrphans)
    .where(and(eq(artifactOrphans.tenantId, tenantId), eq(artifactOrphans.location, location)))
    .returning({ location: artifactOrphans.location });
  return claimed.length > 0;
}

/** One change of a tenant's contents at a time: what a transaction has found there stays until it ends. */
export const queueUpForContents = (tx: Transaction, tenantId: number) =>
  lockCreations(tx, 'artifact_contents', tenantId);

/** The contents of those of the artifacts that are in the store. */
export const contentsOf = (deleted: readonly { sha256: string | null }[]): string[] =>
  deleted.flatMap(({ sha256 }) => sha256 ?? []);

/**
 * Removes the records of contents that no artifact has now.
 * @returns where they are kept, to be removed after the commit
 */
export async function letGoOfContents(
  tx: Transaction,
  tenantId: number,
  sha256: readonly string[],
  now: Date,
): Promise<string[]> {
  if (!sha256.length) return [];
  await queueUpForContents(tx, tenantId);
  const gone = await tx
    .delete(artifactContents)
    .where(
      and(
        eq(artifactContents.tenantId, tenantId),
        inArray(artifactContents.sha256, [...sha256]),
        sql`NOT EXISTS (SELECT 1 FROM ${artifacts} WHERE ${artifacts.tenantId} = ${tenantId}
          AND ${artifacts.sha256} = ${artifactContents.sha256})`,
      ),
    )
    .returning({ location: artifactContents.location });
  const locations = gone.map(({ location }) => location);
  if (locations.length)
    await tx
      .insert(artifactOrphans)
      .values(locations.map((location) => ({ tenantId, location, since: now })));
  return locations;
}

/**
 * Removes orphans from the store. What cannot be removed now is removed later by `removeOldOrphans`, and so is what a
 * running backup may have to read.
 */
export async function removeOrphans(
  { database, storage }: Platform,
  tenantId: number,
  locations: readonly string[],
): Promise<void> {
  if (!locations.length || (await isSnapshotOpen(database))) return;
  for (const location of locations) {
    const removed = await storage.store.remove(location).then(
      () => true,
      () => false,
    );
    if (removed) await claimOrphan(database, tenantId, location);
  }
}

/**
 * Removes what was left by uploads whose process died, and what could not be removed before. What fails again is told
 * to `onError` and tried again a day later.
 */
export async function removeOldOrphans(
  tx: Transaction,
  { storage, clock }: Pick<Platform, 'storage' | 'clock'>,
  onError: (error: unknown) => void,
): Promise<void> {
  const now = clock();
  if (await isSnapshotOpen(tx)) return;
  const old = await tx
    .select({ tenantId: artifactOrphans.tenantId, location: artifactOrphans.location })
    .from(artifactOrphans)
    .where(
      sql`${lt(artifactOrphans.since, new Date(now.getTime() - ORPHANS_LIVE_MS))} ${overAllTenants('orphaned contents')}`,
    )
    .limit(AT_ONCE);
  for (const { tenantId, location } of old) {
    if (!(await lockOrphan(tx, tenantId, location))) continue;
    try {
      await storage.store.remove(location);
    } catch (error) {
      onError(error);
      await postpone(tx, tenantId, location, now);
      continue;
    }
    await claimOrphan(tx, tenantId, location);
  }
}

/** A locked one is about to be claimed. @returns whether it is still there and nobody has locked it */
async function lockOrphan(tx: Transaction, tenantId: number, location: string): Promise<boolean> {
  const locked = await tx
    .select({ location: artifactOrphans.location })
    .from(artifactOrphans)
    .where(and(eq(artifactOrphans.tenantId, tenantId), eq(artifactOrphans.location, location)))
    .for('update', { skipLocked: true });
  return locked.length > 0;
}

const postpone = (tx: Transaction, tenantId: number, location: string, to: Date): Promise<unknown> =>
  tx
    .update(artifactOrphans)
    .set({ since: to })
    .where(and(eq(artifactOrphans.tenantId, tenantId), eq(artifactOrphans.location, location)));
