import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import postgres, { type Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { unprivilegedAccount } from '../../src/database/embedded/account.ts';
import { linkLibraries, packagedBinaries, usableBinaries } from '../../src/database/embedded/binaries.ts';
import { isAlive } from '../../src/database/embedded/files.ts';
import { trimLog } from '../../src/database/embedded/server-log.ts';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../../src/database/embedded/start.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // a busy disk makes initdb slow

const root = process.getuid?.() === 0;
const folders: string[] = [];
const started: EmbeddedDatabase[] = [];
const sessions: Sql[] = [];

async function makeFolder(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

async function start(dataDir: string, log?: (message: string) => void): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase({ dataDir, log });
  started.push(database);
  return database;
}

function connect({ connection }: EmbeddedDatabase, name = 'test'): Sql {
  const sql = postgres({ ...connection, max: 1, connection: { application_name: name }, onnotice: () => {} });
  sessions.push(sql);
  return sql;
}

async function serverPid(database: EmbeddedDatabase): Promise<number> {
  const lock = await readFile(join(database.dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  return Number(lock.split('\n')[0]);
}

function firstOutput(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (said) => resolve(String(said)));
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
}

/** Also as a zombie, as an orphan waits for some other process to reap it. */
async function hasEnded(pid: number): Promise<boolean> {
  return !isAlive(pid) || (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) === '';
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function cleanUp(): Promise<void> {
  await Promise.all(sessions.splice(0).map((sql) => sql.end({ timeout: 0 })));
  for (const database of started.splice(0)) {
    await database.stop();
    folders.push(database.connection.host); // may be outside of its own folder
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

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

  test('data survives a stop, which can be asked for twice, and the next start takes a moment', async () => {
    await connect(database)`CREATE TABLE kept (word text)`;
    await connect(database)`INSERT INTO kept VALUES ('stop')`;
    const pid = await serverPid(database);
    await Promise.all([database.stop(), database.stop()]);
    expect(await hasEnded(pid)).toBe(true);
    expect(await readdir(join(dataDir, 'postgres'))).not.toContain('postmaster.pid');

    const before = performance.now();
    database = await start(dataDir);
    expect(performance.now() - before).toBeLessThan(3000);
    expect(database.adopted).toBe(false);
    expect(await connect(database)`SELECT word FROM kept`).toEqual([{ word: 'stop' }]);
  });

  test('a living server is adopted, and runs as long as someone uses it', async () => {
    const pid = await serverPid(database);
    const second = await start(dataDir);
    expect(second).toMatchObject({ adopted: true, connection: database.connection });
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

describe('starting', () => {
  afterEach(cleanUp);

  test('two starts on one empty folder end at one server', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const script = await bundle();
    const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [database, said] = await Promise.all([start(dataDir), firstOutput(child)]);
    expect(Number(said)).toBe(await serverPid(database));
    expect(database.connection.host).toBe(join(dataDir, 'postgres.socket'));
    expect(await connect(database)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    child.kill('SIGKILL');
    expect((await readdir(dataDir)).filter((name) => name.includes('.new-'))).toEqual([]);
  });

  test('an empty environment, and then one that says otherwise', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const script = await bundle();
    const odd = {
      LANG: 'de_DE@euro',
      LC_ALL: 'xx_YY',
      TZ: 'Mars/Base',
      PGDATA: '/nowhere',
      PGPORT: '1',
      PGOPTIONS: '-c x',
    };
    for (const env of [{}, odd]) {
      const { stdout } = await promisify(execFile)(process.execPath, [script, dataDir, 'stop'], {
        env,
        cwd: '/',
      });
      expect(Number(stdout)).toBeGreaterThan(0);
      expect(await hasEnded(Number(stdout))).toBe(true);
    }
  });

  test('an initdb that was interrupted is forgotten', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const child = spawn(process.execPath, [await bundle(), dataDir], { stdio: 'ignore', detached: true });
    const halfMade = async () =>
      (await readdir(dataDir).catch(() => [])).find((name) => name.startsWith('postgres.new-'));
    await until(async () => {
      const workshop = await halfMade();
      return workshop !== undefined && exists(join(dataDir, workshop, 'cluster', 'global'));
    });
    process.kill(-child.pid!, 'SIGKILL'); // and initdb with it
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await halfMade()).toBeDefined();

    const database = await start(dataDir);
    expect(database.adopted).toBe(false);
    expect(await connect(database)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    expect(await halfMade()).toBeUndefined();
  });

  test.runIf(root)('a data folder that only root can enter', async () => {
    const parent = await makeFolder(0o700);
    const dataDir = join(parent, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    const messages: string[] = [];
    let database = await start(dataDir, (message) => messages.push(message));
    folders.push(database.dataDir);
    expect(database.dataDir).toMatch(/^\/var\/lib\/muster\//);
    expect(messages).toContainEqual(expect.stringContaining(`lives in ${database.dataDir}`));
    expect((await stat(join(database.dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
    await connect(database)`CREATE TABLE kept (word text)`;
    await database.stop();

    await chmod(parent, 0o755); // reachable or not: where the data is decides
    await chmod(dataDir, 0o755);
    const { dataDir: place } = database;
    database = await start(dataDir);
    expect(database.dataDir).toBe(place);
    expect(await connect(database)`SELECT word FROM kept`).toEqual([]);
  });
});

describe('the binaries', () => {
  afterEach(cleanUp);

  test.runIf(root)('where the account cannot reach them a complete copy is made once', async () => {
    const closed = await makeFolder(0o700);
    const home = await makeFolder();
    await symlink(join(packagedBinaries(), '..'), join(closed, 'package'));
    const account = await unprivilegedAccount(() => {});
    const use = () =>
      usableBinaries(
        join(closed, 'package', 'native'),
        account,
        async () => home,
        () => {},
      );

    const [binaries, same] = await Promise.all([use(), use()]);
    expect(binaries).toEqual(same);
    expect(binaries.postgres).toMatch(/postgresql-18[^/]*\/bin\/postgres$/);
    const { ino } = await stat(binaries.postgres);
    expect(await use()).toEqual(binaries);
    expect((await stat(binaries.postgres)).ino).toBe(ino);
    expect(await readdir(home)).toHaveLength(1);
  });

  test('links that the install script did not make are made', async () => {
    const native = join(await makeFolder(), 'native');
    await mkdir(join(native, 'lib'), { recursive: true });
    await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library');
    const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
      source: 'native/lib/libpq.so.5.18',
      target: `native/lib/${name}`,
    }));
    await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
    await linkLibraries(native);
    await linkLibraries(native);
    expect(await readFile(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
    expect(await readFile(join(native, 'lib', 'libpq.so'), 'utf8')).toBe('library');
  });

  test('a platform without them is told what to do', () => {
    expect(() => packagedBinaries('sunos', 'sparc')).toThrow(/sunos-sparc.*set DATABASE_URL/);
  });
});

test('the log keeps one before it and no more', async () => {
  const log = join(await makeFolder(), 'postgres.log');
  for (const word of ['first', 'second', 'third']) {
    await writeFile(log, word);
    await trimLog(log, 4);
  }
  expect(await readFile(log, 'utf8')).toBe('');
  expect(await readFile(`${log}.1`, 'utf8')).toBe('third');
  await cleanUp();
});

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A program that starts the database of a folder, says its server's pid, and stops it where asked to. */
async function bundle(): Promise<string> {
  const folder = await makeFolder();
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  const contents = `
    import { readFileSync } from 'node:fs';
    import { startEmbeddedDatabase } from './src/database/embedded/start.ts';
    const [dataDir, then] = process.argv.slice(2);
    const database = await startEmbeddedDatabase({ dataDir });
    console.log(parseInt(readFileSync(database.dataDir + '/postgres/postmaster.pid', 'utf8')));
    if (then) await database.stop();`;
  await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    outfile: join(folder, 'fixture.mjs'),
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' },
  });
  return join(folder, 'fixture.mjs');
}
