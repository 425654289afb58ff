import { spawn } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { unprivilegedAccount } from '../../../src/database/embedded/account.ts';
import { isAlive } from '../../../src/database/embedded/files.ts';
import type { EmbeddedDatabase } from '../../../src/database/embedded/start.ts';
import {
  bundle,
  cleanUp,
  connect,
  firstOutput,
  hasEnded,
  makeFolder,
  root,
  serverPid,
  start,
} from './support.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // a busy disk makes initdb slow

describe('a database through its life', () => {
  let dataDir: string;
  let database: EmbeddedDatabase;

  // One folder for all of them, as making a cluster is what takes time.
  beforeAll(async () => {
    // Made on demand, too long for a socket, and full of what quoting can get wrong.
    dataDir = join(await makeFolder(), 'long'.repeat(25), `it's, odd: "%d" äö`);
    database = await start(dataDir);
  });
  afterAll(cleanUp);

  test('it answers, on a socket with a short path, to the password in a closed file', async () => {
    const sql = connect(database);
    expect(await sql`SELECT current_database(), current_user, inet_server_addr()`).toMatchObject([
      { current_database: 'muster', current_user: 'muster', inet_server_addr: null },
    ]);
    expect(database).toMatchObject({ adopted: false, dataDir });
    expect(database.connection.host.length).toBeLessThan(90);
    expect(database.connection.host).not.toContain('long');
    expect((await stat(database.connection.host)).mode & 0o777).toBe(0o700);
    const password = join(dataDir, 'postgres.password');
    expect(await readFile(password, 'utf8')).toBe(database.connection.password);
    expect(await stat(password)).toMatchObject({ mode: 0o100600, uid: process.getuid?.() });
    await expect(
      connect({ ...database, connection: { ...database.connection, password: 'x' } })`SELECT 1`,
    ).rejects.toThrow('password authentication failed');
  });

  test('its text rules are the same everywhere', async () => {
    const [row] = await connect(database)`
      SELECT lower('Ä') AS lower, datlocprovider AS provider, datlocale AS locale, datcollate AS collate,
        pg_encoding_to_char(encoding) AS encoding, current_setting('timezone') AS zone
      FROM pg_database WHERE datname = current_database()`;
    expect(row).toEqual({
      lower: 'ä',
      provider: 'b',
      locale: 'C.UTF-8',
      collate: 'C',
      encoding: 'UTF8',
      zone: 'UTC',
    });
  });

  test('its settings let nothing acknowledged be lost', async () => {
    const sql = connect(database);
    const settings = await sql`SELECT name, setting FROM pg_settings
      WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses', 'max_connections')`;
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      data_checksums: 'on',
      listen_addresses: '',
      max_connections: '100',
    });
  });

  test('refused statements and their values stay out of its log', async () => {
    await expect(connect(database)`SELECT 'hush'::int`).rejects.toThrow();
    await expect(connect(database).unsafe(`SELECT hush`)).rejects.toThrow();
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('hush');
  });

  test('data survives a stop, which can be asked for twice', async () => {
    await connect(database)`CREATE TABLE kept (word text)`;
    await connect(database)`INSERT INTO kept VALUES ('stop')`;
    const pid = await serverPid(database);
    await Promise.all([database.stop(), database.stop()]);
    expect(await hasEnded(pid)).toBe(true);
    expect(await readdir(join(dataDir, 'postgres'))).not.toContain('postmaster.pid');

    database = await start(dataDir);
    expect(database.adopted).toBe(false);
    expect(await connect(database)`SELECT word FROM kept`).toEqual([{ word: 'stop' }]);
  });

  test('a living server is adopted, and runs as long as someone uses it', async () => {
    const pid = await serverPid(database);
    const said: string[] = [];
    const second = await start(dataDir, (line) => said.push(line));
    expect(second).toMatchObject({ adopted: true, connection: database.connection });
    await (await start(dataDir, (line) => said.push(line))).stop();
    expect(said, 'it ran before, and goes on').toEqual([]);
    await database.stop();
    expect(isAlive(pid)).toBe(true);

    database = await start(dataDir);
    expect(database.adopted).toBe(true);
    const other = connect(database, 'muster worker');
    await other`SELECT 1`;
    await second.stop();
    await database.stop(); // the session of another process is still there
    expect(isAlive(pid)).toBe(true);
    expect(await other`SELECT 1 AS one`).toEqual([{ one: 1 }]);

    const last = [await start(dataDir), await start(dataDir)];
    await other.end();
    await Promise.all(last.map((each) => each.stop())); // whoever signs off first
    expect(await hasEnded(pid)).toBe(true);
  });

  test('a server killed with SIGKILL recovers what it acknowledged', async () => {
    database = await start(dataDir);
    await connect(database)`INSERT INTO kept VALUES ('kill')`;
    const killed = database;
    const [child] = await connect(
      killed,
    )`SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`;
    process.kill(child?.pid, 'SIGSTOP'); // it notices late, and keeps the server's memory until then
    process.kill(await serverPid(killed), 'SIGKILL');
    setTimeout(() => process.kill(child?.pid, 'SIGCONT'), 300);
    database = await start(dataDir);
    expect(database.adopted).toBe(false);
    expect(await connect(database)`SELECT word FROM kept ORDER BY word`).toEqual([
      { word: 'kill' },
      { word: 'stop' },
    ]);
    await killed.stop(); // of what is gone harms nobody
    expect(await connect(database)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  test('a server that is still recovering is waited for', async () => {
    await connect(
      database,
    )`CREATE TABLE much AS SELECT n, repeat('x', 500) AS filler FROM generate_series(1, 60000) n`;
    process.kill(await serverPid(database), 'SIGKILL');
    const both = await Promise.all([start(dataDir), start(dataDir)]);
    expect(both.filter(({ adopted }) => adopted)).toHaveLength(1);
    database = both[0];
    expect(await connect(database)`SELECT count(*)::int FROM much`).toEqual([{ count: 60000 }]);
    await both[1].stop();
  });

  test('the lock of a dead server whose pid somebody else has got is no hindrance', async () => {
    const lock = join(dataDir, 'postgres', 'postmaster.pid');
    const [, ...rest] = (await readFile(lock, 'utf8')).split('\n');
    await database.stop();
    // PostgreSQL asks only whether a process of its own user has the pid.
    const account = root ? await unprivilegedAccount(() => {}) : {};
    const stranger = spawn('/bin/sleep', ['60'], { ...account, cwd: '/' });
    try {
      for (const pid of [stranger.pid, process.pid, 999_999_999]) {
        await writeFile(lock, [pid, ...rest].join('\n'));
        database = await start(dataDir);
        expect(database.adopted).toBe(false);
        expect(await connect(database)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
        await database.stop();
      }
    } finally {
      stranger.kill();
    }
  });

  test('a process that was killed leaves its server to the next one', async () => {
    const child = spawn(process.execPath, [await bundle(), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await firstOutput(child);
    child.kill('SIGKILL');
    database = await start(dataDir);
    expect(database.adopted).toBe(true);
    expect(await serverPid(database)).toBe(Number(said));
    await database.stop();
    expect(await hasEnded(Number(said))).toBe(true);
  });

  test('a failure ends with one line that says why', async () => {
    await rm(join(dataDir, 'postgres', 'global', 'pg_control'));
    await expect(start(dataDir)).rejects.toThrow(
      /^The embedded database can't be used: [^\n]*pg_control[^\n]*$/,
    );
    await rm(join(dataDir, 'postgres.password'));
    await expect(start(dataDir)).rejects.toThrow(/^[^\n]*postgres\.password is missing$/);
  });
});
