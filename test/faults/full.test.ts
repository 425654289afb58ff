import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, type TestContext, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { createMigratedDatabase } from '../support/database.ts';
import { slowness } from '../support/pace.ts';
import { type Answer, clientOf } from '../support/server.ts';
import { newCluster } from './cluster.ts';
import { beginLives, lostOf } from './lives.ts';
import { openSmallDisk, type SmallDisk } from './small-disk.ts';

/* Disks that are full or read-only: the database's, and the one of artifacts. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const WITHIN_MS = 2_000 * slowness();
/** More often where it took longer each time, because the machine is shared. */
const TRIES = 5;

beforeAll(buildServer);
afterAll(cleanUp);

/** A disk that goes with the test, which is left out where there is none. */
function diskFor({ skip, task, onTestFinished }: TestContext, mebibytes: number): SmallDisk {
  const disk = openSmallDisk(mebibytes, task.name);
  if (!disk) return skip();
  onTestFinished(disk.release);
  return disk;
}

const linesOf = (server: Served, level: string) =>
  server
    .stdout()
    .split('\n')
    .filter((line) => line.includes(`"level":"${level}"`))
    .map((line) => JSON.parse(line).msg as string);

test('a database without room on its disk is answered 503, loses nothing, and works once there is room', async (context) => {
  const disk = diskFor(context, 192);
  const cluster = await newCluster({ min_wal_size: '32MB', max_wal_size: '64MB' }, disk.folder);
  context.onTestFinished(() => cluster.stop('SIGQUIT'));
  const server = await start(makeFolder(), { DATABASE_URL: cluster.url, NODE_ENV: 'production' });
  const json = [{ controllerId: 'known', securityToken: 'known' }];
  expect((await server.admin('/rest/v1/targets', { method: 'POST', json })).status).toBe(201);
  const known = clientOf(server, 'TargetToken known');
  const poll = async () => (await known('/DEFAULT/controller/v1/known')).status;
  expect([await poll(), await poll()]).toEqual([200, 200]);

  const lives = await beginLives(server, 6);
  const recoveries: number[] = [];
  for (let round = 1; round <= TRIES && !(Math.min(...recoveries) < WITHIN_MS); round++) {
    await lives.some(20);
    const before = lives.disturbed();
    disk.fill();
    await until(() => lives.disturbed() >= before + 20);
    expect(await poll()).toBe(200);
    disk.free();
    // Where it could not even write what it must to go on, somebody starts it again, as they would.
    await cluster.start();
    const began = performance.now();
    await lives.some(1);
    recoveries.push(performance.now() - began);
  }
  const kept = await lives.end();
  expect(kept.unexpected).toEqual([]);
  expect(await cluster.ask((sql) => lostOf(kept, sql, server.admin))).toEqual([]);
  expect(Math.min(...recoveries)).toBeLessThan(WITHIN_MS);
  expect(linesOf(server, 'error').filter((line) => !/the database is lost/.test(line))).toEqual([]);
  expect(linesOf(server, 'warn').join('\n')).toMatch(
    /could not do what it was asked.*No space left on device/,
  );
  await stop(server);
});

test('artifacts without room, or on a disk that is read-only, are refused, and nothing half stays', async (context) => {
  const disk = diskFor(context, 2);
  const database = await createMigratedDatabase();
  context.onTestFinished(() => database.drop());
  const folder = join(disk.folder, 'artifacts');
  const settings = { DATABASE_URL: database.url, NODE_ENV: 'production', MUSTER_ARTIFACTS: folder };
  const server = await start(makeFolder(), settings);
  const modules = [{ name: 'os', version: '1', type: 'os' }];
  const { json } = await server.admin('/rest/v1/softwaremodules', { method: 'POST', json: modules });
  const artifacts = `/rest/v1/softwaremodules/${json[0].id}/artifacts`;
  let names = 0;
  const upload = (kibibytes: number): Promise<Answer> => {
    const body = new FormData();
    body.append('file', new Blob([String(++names).padEnd(kibibytes * 1024, 'x')]), `file-${names}`);
    return server.admin(artifacts, { method: 'POST', body });
  };
  const filesThere = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  /** What is stored: each file can be read, and there is no other. */
  const expectWhole = async (count: number) => {
    const list = (await server.admin(artifacts)).json;
    expect([list.length, filesThere()]).toEqual([count, count]);
    for (const { id, size } of list) {
      const { status, text } = await server.admin(`${artifacts}/${id}/download`);
      expect([status, text.length]).toEqual([200, size]);
    }
  };

  expect((await upload(300)).status).toBe(201);
  const large = await upload(3_000);
  expect([large.status, large.json.errorCode]).toEqual([507, 'hawkbit.server.error.artifact.uploadFailed']);
  await expectWhole(1);
  // There is room for some of them.
  const many = await Promise.all(Array.from({ length: 8 }, () => upload(300)));
  const stored = many.filter(({ status }) => status === 201).length;
  expect(new Set(many.map(({ status }) => status))).toEqual(new Set([201, 507]));
  await expectWhole(1 + stored);

  disk.readOnly(true);
  const refused = await upload(1);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
  await expectWhole(1 + stored);
  disk.readOnly(false);
  const list: { id: number }[] = (await server.admin(artifacts)).json;
  for (const { id } of list) await server.admin(`${artifacts}/${id}`, { method: 'DELETE' });
  expect((await upload(900)).status).toBe(201);
  await expectWhole(1);
  expect(linesOf(server, 'error')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/cannot be stored.*ENOSPC/),
      expect.stringMatching(/EROFS/),
    ]),
  );
  await stop(server);
});
