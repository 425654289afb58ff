import { eq } from 'drizzle-orm';
import { afterAll, expect, it } from 'vitest';
import { artifactOrphans } from '../../../../src/database/tables/software.ts';
import { noteOrphan, removeOldOrphans } from '../../../../src/services/software/artifacts/orphans.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const { database, storage } = platform;

it('removes what is old, whatever becomes of the others; what cannot be removed waits another day', async () => {
  const { tenantId } = await newTenant(platform);
  const now = new Date('2020-01-03T00:00:00Z');
  const old = new Date('2020-01-01T00:00:00Z');
  const names = ['a', 'broken', 'c'].map((name) => `${tenantId}/${name}`);
  for (const name of names) await noteOrphan(database, tenantId, name, old);
  await noteOrphan(database, tenantId, `${tenantId}/new`, now);
  const removed: string[] = [];
  const errors: unknown[] = [];
  const store = {
    ...storage.store,
    async remove(location: string) {
      if (location.endsWith('broken')) throw new Error('is broken');
      removed.push(location);
    },
  };
  const sweep = (at: Date) =>
    database.transaction((tx) =>
      removeOldOrphans(tx, { storage: { ...storage, store }, clock: () => at }, (error) =>
        errors.push(error),
      ),
    );
  await sweep(now);
  await sweep(now);
  expect(removed.filter((name) => names.includes(name))).toEqual([names[0], names[2]]);
  expect(errors).toEqual([new Error('is broken')]);
  const left = await database
    .select()
    .from(artifactOrphans)
    .where(eq(artifactOrphans.tenantId, tenantId))
    .limit(1_000);
  expect(left.map(({ location, since }) => [location, since]).sort()).toEqual([
    [`${tenantId}/broken`, now],
    [`${tenantId}/new`, now],
  ]);
});
