import { execFile, spawn } from 'node:child_process';
import { access, chmod, chown, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { unprivilegedAccount } from '../../../src/database/embedded/account.ts';
import { linkLibraries, packagedBinaries, usableBinaries } from '../../../src/database/embedded/binaries.ts';
import { trimLog } from '../../../src/database/embedded/server-log.ts';
import {
  bundle,
  cleanUp,
  connect,
  firstOutput,
  folders,
  hasEnded,
  makeFolder,
  root,
  serverPid,
  start,
} from './support.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // a busy disk makes initdb slow

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

  test('a folder of another PostgreSQL is refused, with the way to move', async () => {
    const folder = await makeFolder();
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '17\n');
    // As if the server's account had made it.
    if (root) await chown(join(folder, 'postgres'), 65_534, 65_534);
    await expect(start(folder)).rejects.toThrow(
      /was made by PostgreSQL 17, and this Muster brings \d+: make a backup with the Muster that you had/,
    );
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

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
