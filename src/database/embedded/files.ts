import { randomBytes } from 'node:crypto';
import { access, link, lstat, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../../sync-folder.ts';

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

/** Makes a folder that doesn't exist yet, with exactly these permissions whatever the umask. @returns whether it did */
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

/** Reads a file; if there is none, it is written with `content`. Of several processes the first one wins. */
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

// In a container process ids repeat between runs, so a name needs more than that.
const run = randomBytes(4).toString('hex');
let names = 0;

/** A name beside `path` for a file that becomes `path` when it is complete. */
export function temporaryName(path: string): string {
  return `${path}.new-${process.pid}-${run}-${++names}`;
}

/** Removes what killed processes left when they made `path`. */
export async function removeLeftovers(path: string): Promise<void> {
  const prefix = `${basename(path)}.new-`;
  for (const name of await readdir(dirname(path))) {
    const [pid, itsRun] = name.startsWith(prefix) ? name.slice(prefix.length).split('-') : [];
    if (!pid || itsRun === run) continue;
    if (Number(pid) !== process.pid && isAlive(Number(pid))) continue;
    // It may fail while an initdb without a parent still writes to it; the next start removes it.
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
