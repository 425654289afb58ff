import { randomBytes } from 'node:crypto';
import { access, link, lstat, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === undefined ? undefined : String(code);
}

/** Makes a folder that doesn't exist yet, with just these permissions whatever the umask. Tells whether it made one. */
export async function makeFolder(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await lstat(path)).isDirectory()) return false;
    throw error;
  }
  const folder = await open(path, 'r').catch(() => undefined); // Windows opens no folders and has no modes
  await folder?.chmod(mode).finally(() => folder.close());
  return true;
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What the file says; where there is none it says `content` from now on. Of several processes one decides. */
export async function claim(path: string, content: string, mode: number): Promise<string> {
  const fresh = temporaryName(path);
  const file = await open(fresh, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(fresh, path); // unlike a rename it never replaces, unlike `wx` it never shows half a file
    await syncFolder(dirname(path));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  return readFile(path, 'utf8');
}

/** Makes new names in a folder survive a crash of the machine. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined); // Windows opens no folders
  try {
    await folder?.sync();
  } finally {
    await folder?.close();
  }
}

// In a container process ids repeat from run to run, so a name needs more than them.
const run = randomBytes(4).toString('hex');
let names = 0;

/** A name beside `path` for what becomes `path` once it is complete. */
export function temporaryName(path: string): string {
  return `${path}.new-${process.pid}-${run}-${++names}`;
}

/** Removes what processes that were killed half-way left of making `path`. */
export async function removeLeftovers(path: string): Promise<void> {
  const prefix = `${basename(path)}.new-`;
  for (const name of await readdir(dirname(path))) {
    const [pid, itsRun] = name.startsWith(prefix) ? name.slice(prefix.length).split('-') : [];
    if (!pid || itsRun === run) continue;
    if (Number(pid) !== process.pid && isAlive(Number(pid))) continue;
    // One that an orphaned initdb still writes to can resist; the next start removes it.
    await rm(join(dirname(path), name), { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
