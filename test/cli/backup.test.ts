import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { entriesOf } from '../../src/backup/archive.ts';
import { writeTo } from '../../src/backup/places.ts';
import { backup } from '../../src/backup/save.ts';
import { runCommand } from '../../src/cli/program.ts';
import { openPool } from '../../src/database/connect.ts';
import type { Connection } from '../../src/database/connection.ts';
import { startEmbeddedDatabase } from '../../src/database/embedded/start.ts';
import { migrate, migrations } from '../../src/database/migrate.ts';
import { folderStore } from '../../src/storage/folder.ts';
import { cleanUp, folders, makeFolder } from '../database/embedded/support.ts';
import { createAdministeredDatabase, createDatabase, type OwnDatabase } from '../support/database.ts';
import { everythingOf, TABLES } from '../support/everything.ts';
import { newFolder } from '../support/folder.ts';
import { clientOf, createServedTenant, startTestServer } from '../support/server.ts';
import { deploy } from '../support/software.ts';

vi.setConfig({ testTimeout: 60_000 }); // a busy disk makes initdb slow

const source = await createAdministeredDatabase();
const server = await startTestServer({}, source.connection);
const tenant = await createServedTenant(server);
/** What COPY writes differently, and more than a block of the archive. */
const ODD = 'tab\t, backslash \\ \\N, line\nbreak, ä €';
const CONTENT = randomBytes(100_000);
await tenant.admin('/rest/v1/targets', {
  method: 'POST',
  json: [
    { controllerId: 'odd', name: 'Odd', description: ODD, securityToken: 'a-quiet-token' },
    ...Array.from({ length: 300 }, (_, n) => ({ controllerId: `device-${n}` })),
  ],
});
const { setId } = await deploy(tenant, 'odd', { filename: 'a.bin', content: CONTENT });
await clientOf(server)(`/${tenant.name}/controller/v1/odd`, {
  headers: { authorization: 'TargetToken a-quiet-token' },
});

const made: OwnDatabase[] = [source];
afterAll(async () => {
  await server.stop();
  await Promise.all(made.map(({ drop }) => drop()));
  await cleanUp();
});
const emptyDatabase = async () => {
  const database = await createDatabase();
  made.push(database);
  return database;
};

const output = { out: '', err: '' };
beforeEach(() => {
  vi.stubEnv('MUSTER_CONFIG_FILE', '/dev/null');
  const collect = (name: 'out' | 'err') => (text: string | Uint8Array) => {
    output[name] += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(collect('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(collect('err'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs a command of a database and a folder of artifacts. */
async function run(url: string, artifacts: string, ...args: string[]) {
  Object.assign(output, { out: '', err: '' });
  vi.stubEnv('DATABASE_URL', url);
  vi.stubEnv('MUSTER_ARTIFACTS', artifacts);
  return { code: await runCommand(args), ...output };
}

it('backs up a running server, and restores one that has the same rows and files', async () => {
  const [file, artifacts, target] = [newFolder(), newFolder(), await emptyDatabase()];
  // What is remembered is written, and nothing else happens.
  await expect
    .poll(async () => (await tenant.admin('/rest/v1/targets/odd')).json.lastControllerRequestAt)
    .toBeGreaterThan(0);
  const saved = await run(source.url, server.artifacts, 'backup', file, '--json');
  expect(saved).toMatchObject({ code: 0, err: '' });
  const before = await everythingOf(source.connection);
  const told = JSON.parse(saved.out);
  expect(told).toMatchObject({ backup: file, artifacts: 1, artifactBytes: CONTENT.length });
  expect(told.rows).toBe(TABLES.reduce((sum, name) => sum + (before[name] as string[]).length, 0));

  const restored = await run(target.url, artifacts, 'restore', file);
  expect(restored).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining(`${told.rows.toLocaleString('en')} rows, 1 artifact`),
  });
  expect(await everythingOf(target.connection)).toEqual(before);

  const again = await startTestServer({ MUSTER_ARTIFACTS: artifacts }, target.connection);
  const admin = clientOf(again, tenant.authorization);
  const device = clientOf(again, 'TargetToken a-quiet-token');
  const links = (await device(`/${tenant.name}/controller/v1/odd`)).json._links;
  const { deployment } = (await device(links.deploymentBase.href.replace(server.url, again.url))).json;
  const download = await fetch(deployment.chunks[0].artifacts[0]._links['download-http'].href, {
    headers: { authorization: 'TargetToken a-quiet-token' },
  });
  expect(Buffer.from(await download.arrayBuffer()).equals(CONTENT)).toBe(true);
  expect((await admin('/rest/v1/targets/odd')).json.description).toBe(ODD);
  // Counters go on behind the last.
  expect((await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'new' }] })).status).toBe(
    201,
  );
  await again.stop();

  // Now it has rows.
  expect(await run(target.url, artifacts, 'restore', file)).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^muster: The database \S+ is not empty \(.*tenants.*\): a backup is restored into a new one/,
    ),
  });
});

it('refuses a backup that is cut off, damaged, none, or of a newer Muster, and changes nothing', async () => {
  const [file, artifacts, target] = [newFolder(), newFolder(), await emptyDatabase()];
  await run(source.url, server.artifacts, 'backup', file);
  const whole = await readFile(file);
  const refusal = async (content: Buffer | string) => {
    await writeFile(file, content);
    const { code, err } = await run(target.url, artifacts, 'restore', file);
    expect(code).toBe(1);
    return err;
  };
  for (const share of [0.02, 0.5, 0.9, 0.9999])
    expect(await refusal(whole.subarray(0, whole.length * share)), String(share)).toBe(
      'muster: the backup is cut off\n',
    );
  const damaged = Buffer.from(whole);
  damaged[whole.length - 50_000]! ^= 1;
  for (const content of [damaged, 'anything']) expect(await refusal(content)).toMatch(/damaged\n$/);
  const later = gunzipSync(whole)
    .toString('latin1')
    .replace(/"migration":\d{13}/, '"migration":9999999999999');
  expect(await refusal(gzipSync(Buffer.from(later, 'latin1')))).toMatch(/made by a newer Muster \(\d/);
  expect(await run(target.url, artifacts, 'restore', '/nowhere')).toMatchObject({ code: 3 });
  expect(await run(target.url, artifacts, 'restore', 's3://bucket')).toMatchObject({ code: 2 });

  await writeFile(file, whole);
  expect(await run(target.url, artifacts, 'restore', file)).toMatchObject({ code: 0, err: '' });
  expect(await folderStore(artifacts).sizeOf(await locationOf(target))).toBe(CONTENT.length);
});

it('keeps the files of rows that are there, whatever fails after them', async () => {
  const [file, artifacts, target] = [newFolder(), newFolder(), await emptyDatabase()];
  await run(source.url, server.artifacts, 'backup', file);
  const { client, close } = openPool(target.connection, { connections: 1, prepare: false });
  // ANALYZE, which is last, asks for it.
  await client.unsafe(`
    CREATE FUNCTION fails_later(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
      IF to_regclass('public.tenants') IS NOT NULL THEN RAISE 'no statistics today'; END IF;
      RETURN n;
    END $$;
    CREATE TABLE others AS SELECT 1 AS n;
    CREATE INDEX ON others (fails_later(n))`);
  await close();
  const { code, err } = await run(target.url, artifacts, 'restore', file);
  expect([code, err]).toEqual([3, expect.stringContaining('no statistics today')]);
  expect(await folderStore(artifacts).sizeOf(await locationOf(target))).toBe(CONTENT.length);
});

it('leaves the backup alone that another process is writing to the same file', async () => {
  const file = newFolder();
  const store = folderStore(server.artifacts);
  const saving = { direct: source.connection, store, files: true, tell: () => {} };
  const pieces = backup(saving, { rows: {}, files: 0, bytes: 0 });
  const slow = async function* () {
    for await (const piece of pieces) {
      yield piece;
      if (isHeld) continue;
      isHeld = true;
      begun.resolve();
      await refused;
    }
  };
  let isHeld = false;
  const begun = { resolve: () => {} };
  const beginning = new Promise<void>((resolve) => Object.assign(begun, { resolve }));
  const refused = beginning.then(() => run(source.url, server.artifacts, 'backup', file));
  const size = await writeTo(file, slow(), undefined);
  expect(await refused).toMatchObject({ code: 1, err: expect.stringContaining('another backup') });
  expect((await stat(file)).size).toBe(size);
  const target = await emptyDatabase();
  expect(await run(target.url, newFolder(), 'restore', file)).toMatchObject({ code: 0 });
});

it('is written to what is no file, and at once refused a folder', async () => {
  const folder = await makeFolder();
  folders.push(folder);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const read = readFile(pipe);
  expect(await run(source.url, server.artifacts, 'backup', pipe)).toMatchObject({ code: 0 });
  expect(gunzipSync(await read).length).toBeGreaterThan(100_000);
  expect(await run(source.url, server.artifacts, 'backup', folder)).toMatchObject({
    code: 3,
    err: expect.stringMatching(/EISDIR/),
  });
  expect(await readdir(folder)).toEqual(['pipe']);
  expect(existsSync(`${folder}.unfinished`)).toBe(false);
});

async function locationOf({ connection }: { connection: Connection }): Promise<string> {
  const { client, close } = openPool(connection, { connections: 1, prepare: false });
  const [content] = await client`SELECT location FROM artifact_contents`;
  return close().then(() => content!['location']);
}

it('has the files of its rows, also those that are deleted while it is made', async () => {
  const sums = { rows: {}, files: 0, bytes: 0 };
  const store = folderStore(server.artifacts);
  const pieces = backup({ direct: source.connection, store, files: true, tell: () => {} }, sums);
  const begin = (await pieces.next()).value as Buffer;
  const other = await createServedTenant(server);
  const { moduleId } = await tenant
    .admin('/rest/v1/softwaremodules?limit=1')
    .then(({ json }) => ({ moduleId: json.content[0].id }));
  for (const path of [`targets/odd`, `distributionsets/${setId}`, `softwaremodules/${moduleId}`])
    expect((await tenant.admin(`/rest/v1/${path}`, { method: 'DELETE' })).status).toBeLessThan(300);
  const { client, close } = openPool(source.connection, { connections: 1, prepare: false });
  expect(await client`SELECT FROM artifact_contents`, 'it is gone').toEqual([]);
  await close();

  const all = async function* () {
    yield begin;
    yield* pieces;
  };
  const names: string[] = [];
  for await (const { name, body } of entriesOf(all())) {
    names.push(name);
    if (!name.startsWith('rows/tenants/')) continue;
    const text: Buffer[] = [];
    for await (const piece of body) text.push(piece);
    expect(String(Buffer.concat(text))).toContain(tenant.name);
    expect(String(Buffer.concat(text)), 'it is as of its beginning').not.toContain(other.name);
  }
  expect(names.filter((name) => name.startsWith('files/'))).toHaveLength(1);
  expect(sums).toMatchObject({ files: 1, bytes: CONTENT.length });
});

it('goes from an external database to the embedded one and back', async () => {
  const [file, again, folder, target] = [newFolder(), newFolder(), await makeFolder(), await emptyDatabase()];
  const artifacts = newFolder();
  await run(source.url, server.artifacts, 'backup', file, '--no-artifacts');
  vi.stubEnv('MUSTER_DATA_DIR', folder);
  expect(await run('', artifacts, 'restore', file)).toMatchObject({ code: 0 });
  const running = await startEmbeddedDatabase({ dataDir: folder });
  folders.push(running.dataDir);
  expect(await run('', artifacts, 'backup', again)).toMatchObject({ code: 0 });
  const before = await everythingOf(running.connection);
  await running.stop();
  expect((await run(target.url, artifacts, 'restore', again)).code).toBe(0);
  expect(await everythingOf(target.connection)).toEqual(before);
});

it('goes back from a newer version by the backup of before the upgrade, as the manual says', async () => {
  const [upgraded, target] = [await createAdministeredDatabase(), await emptyDatabase()];
  made.push(upgraded);
  const [file, artifacts] = [newFolder(), newFolder()];
  const first = await startTestServer({ MUSTER_ARTIFACTS: artifacts }, upgraded.connection);
  const { name, admin, authorization } = await createServedTenant(first);
  const create = (json: object) => admin('/rest/v1/targets', { method: 'POST', json: [json] });
  await create({ controllerId: 'before', securityToken: 'token-of-before' });
  expect((await run(upgraded.url, artifacts, 'backup', file)).code).toBe(0);
  await create({ controllerId: 'since' });
  await first.stop();

  const sql = ['ALTER TABLE targets ADD COLUMN color text'];
  const newer = { sql, folderMillis: 9_999_999_999_999, hash: 'of a newer version', bps: true };
  await migrate(upgraded.connection, async () => {}, [...migrations(), newer]);
  const { code, err } = await run(upgraded.url, artifacts, 'migrate');
  expect(code).not.toBe(0);
  expect(err).toMatch(/by a newer Muster: start that version or a newer one, or restore a backup of before/);

  expect(await run(target.url, artifacts, 'restore', file)).toMatchObject({ code: 0, err: '' });
  const old = await startTestServer({ MUSTER_ARTIFACTS: artifacts }, target.connection);
  const device = clientOf(old, 'TargetToken token-of-before');
  expect((await device(`/${name}/controller/v1/before`)).status).toBe(200);
  const again = clientOf(old, authorization);
  expect((await again('/rest/v1/targets/since')).status).toBe(404);
  expect((await again('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'new' }] })).status).toBe(
    201,
  );
  await old.stop();
});

const S3 = process.env['MUSTER_TEST_S3'];
it.runIf(S3)('goes to a bucket, and comes from there', async () => {
  const bucket = `b-${randomBytes(6).toString('hex')}`;
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'x');
  vi.stubEnv('MUSTER_S3_ENDPOINT', S3!);
  const client = new S3Client({ region: 'us-east-1', endpoint: S3!, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const target = await emptyDatabase();
  const place = `s3://${bucket}/daily/muster.backup`;
  expect(await run(source.url, server.artifacts, 'backup', place)).toMatchObject({ code: 0, err: '' });
  expect(await run(target.url, newFolder(), 'restore', place)).toMatchObject({ code: 0, err: '' });
  expect((await everythingOf(target.connection))['targets']).toHaveLength(300);
});
