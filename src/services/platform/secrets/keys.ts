import { eq, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import type { Database } from '../../../database/connect.ts';
import { UnfitDatabaseError } from '../../../database/migrate.ts';
import { secretKeys } from '../../../database/tables/secret-keys.ts';
import { type Secrets, sealedWith } from '../../shared/secrets.ts';
import { SECRET_PLACES } from './places.ts';

/**
 * Refuses to work on a database with secrets that can't be read, and notes that those to come may have this key. A key
 * that is no longer given, and that nothing is encrypted with any more, is forgotten.
 * @throws UnfitDatabaseError naming the key that is missing
 */
export async function requireSecretKeys(database: Database, secrets: Secrets, now: Date): Promise<void> {
  const rows = await database.select({ keyId: secretKeys.keyId }).from(secretKeys);
  for (const { keyId } of rows) {
    if (secrets.keyIds.includes(keyId)) continue;
    const what = await findSealedWith(database, keyId);
    if (what) throw new UnfitDatabaseError(missing(keyId, what, secrets));
    await database.delete(secretKeys).where(eq(secretKeys.keyId, keyId));
  }
  const { keyId } = secrets;
  if (keyId && !rows.some((row) => row.keyId === keyId))
    await database.insert(secretKeys).values({ keyId, firstUsedAt: now }).onConflictDoNothing();
}

function missing(keyId: string, what: string, { keyIds }: Secrets): string {
  const given = keyIds.length ? `the keys given are ${keyIds.join(', ')}` : 'no key is given';
  return (
    `MUSTER_SECRET_KEY: the ${what} in the database are encrypted with the key ${keyId}, and ${given}: ` +
    'set it to that key, or give that key in MUSTER_SECRET_KEY_PREVIOUS'
  );
}

/** A place that has something encrypted with a key. */
async function findSealedWith(database: Database, keyId: string): Promise<string | undefined> {
  for (const { what, table, rows, read } of SECRET_PLACES) {
    const found = await database.execute(
      sql`SELECT 1 FROM ${table} WHERE ${rows} AND ${sealedWith(read, keyId)} LIMIT 1 ${overAllTenants('secrets')}`,
    );
    if (found.length) return what;
  }
  return undefined;
}
