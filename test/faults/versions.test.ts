import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { migrate, migrations } from '../../src/database/migrate.ts';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { clientOf } from '../support/server.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { beginLives, lostOf } from './lives.ts';

/* A server of this version while a newer one brings their database up to date: a rolling upgrade. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** What a newer version adds, to the tables that are written most. */
const NEWER = [
  "ALTER TABLE targets ADD COLUMN color text, ADD COLUMN shape text NOT NULL DEFAULT 'round'",
  "ALTER TABLE actions ADD COLUMN reason text NOT NULL DEFAULT ''",
  'ALTER TABLE action_entries ADD COLUMN place text',
  'ALTER TABLE artifacts ADD COLUMN license text',
  "ALTER TABLE target_attributes ADD COLUMN source text NOT NULL DEFAULT 'device'",
  'CREATE TABLE wishes (tenant_id bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (tenant_id, id))',
  'CREATE INDEX targets_color_idx ON targets (tenant_id, color)',
];
const newer = { sql: NEWER, folderMillis: 9_999_999_999_999, hash: 'of a newer version', bps: true };

let cluster: Cluster;
let server: Served;
beforeAll(async () => {
  [cluster] = await Promise.all([newCluster(), buildServer()]);
  server = await start(makeFolder(), { DATABASE_URL: cluster.url, NODE_ENV: 'production' });
});
afterAll(cleanUp);

test('nothing of it is refused or lost while a newer version adds what it needs, and afterwards', async () => {
  const lives = await beginLives(server, 6);
  await lives.some(30);
  await migrate(cluster.connection, async () => {}, [...migrations(), newer]);
  await lives.some(50);
  const kept = await lives.end();
  expect(kept.unexpected).toEqual([]);
  expect(kept.disturbed).toBe(0);
  expect(await cluster.ask((sql) => lostOf(kept, sql, server.admin))).toEqual([]);
  expect(server.stdout()).not.toMatch(/"level":"(error|fatal)"/);
});

test('an announcement of another form makes it forget what it remembers, and nothing worse', async () => {
  const json = [{ controllerId: 'a', securityToken: 'old' }];
  expect((await server.admin('/rest/v1/targets', { method: 'POST', json })).status).toBe(201);
  const poll = async (token: string) =>
    (await clientOf(server, `TargetToken ${token}`)('/DEFAULT/controller/v1/a')).status;
  expect([await poll('old'), await poll('old')]).toEqual([200, 200]);
  await cluster.ask((sql) => sql`UPDATE targets SET security_token = 'new' WHERE controller_id = 'a'`);
  expect(await poll('old')).toBe(200);
  for (const message of ['{"version":2}', 'something', '["a",["b"]]', '["a",[1,"?",2]]'])
    await cluster.ask((sql) => sql`SELECT pg_notify('muster', ${message})`);
  await until(async () => (await poll('old')) === 401);
  expect(await poll('new')).toBe(200);
  expect(server.stdout()).not.toMatch(/"level":"(error|fatal)"/);
});

test('it ends in order, and does not start again on what it does not know', async () => {
  await stop(server);
  const again = start(makeFolder(), { DATABASE_URL: cluster.url, NODE_ENV: 'production' });
  await expect(again).rejects.toThrow(
    /it ended with 1: .*The database was brought up to date by a newer Muster/s,
  );
});
