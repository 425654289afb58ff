import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { canEnter, isRoot, owner, unprivilegedAccount } from './account.ts';
import { claim, exists, makeFolder, readIfThere } from './files.ts';
import type { Account } from './run.ts';

/** The folder of a database and its account. */
export interface Place {
  dataDir: string;
  cluster: string;
  passwordFile: string;
  logFile: string;
  /** The account of the server; undefined if it is ours. */
  account: Account | undefined;
}

type Log = (message: string) => void;

/** Root's folder for data that the server's account can't access elsewhere. */
export const sharedHome = '/var/lib/muster';

export async function findPlace(asked: string, log: Log): Promise<Place> {
  const dataDir = await makeDataFolder(asked);
  const here = layout(dataDir);
  if (await hasCluster(here.cluster)) return withAccount(here, log);

  // Root may have moved it. The note about that is in the given folder, so that a deleted folder means a new database.
  const note = join(dataDir, 'postgres.location');
  const moved = await readIfThere(note);
  if (moved) return announce(await withAccount(layout(moved), log), log);

  const place = await withAccount(here, log);
  if (!place.account || (await canEnter(dataDir, place.account))) return place;
  const name = `${hash(dataDir)}-${randomBytes(4).toString('hex')}`;
  const elsewhere = await claim(note, join(sharedHome, name), 0o644);
  return announce({ ...place, ...layout(elsewhere) }, log);
}

/** Whether there is a database of this folder. Nothing is made. */
export async function hasPlace(asked: string): Promise<boolean> {
  const dataDir = resolve(asked);
  const moved = await readIfThere(join(dataDir, 'postgres.location')).catch(() => undefined);
  return hasCluster(layout(moved ?? dataDir).cluster);
}

/** A short name for a folder. */
export function hash(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

export async function hasCluster(folder: string): Promise<boolean> {
  return exists(join(folder, 'PG_VERSION'));
}

function layout(dataDir: string): Omit<Place, 'account'> {
  return {
    dataDir,
    cluster: join(dataDir, 'postgres'),
    passwordFile: join(dataDir, 'postgres.password'),
    logFile: join(dataDir, 'postgres.log'),
  };
}

async function withAccount(place: Omit<Place, 'account'>, log: Log): Promise<Place> {
  if (!isRoot()) return { ...place, account: undefined };
  const known = await hasCluster(place.cluster);
  return { ...place, account: known ? await owner(place.cluster) : await unprivilegedAccount(log) };
}

async function makeDataFolder(asked: string): Promise<string> {
  const path = resolve(asked);
  await mkdir(dirname(path), { recursive: true });
  // The server's account may enter its cluster; nobody may read the folder.
  await makeFolder(path, isRoot() ? 0o711 : 0o700);
  return realpath(path);
}

async function announce(place: Place, log: Log): Promise<Place> {
  if (isRoot()) {
    await makeSharedHome();
    await makeFolder(place.dataDir, 0o711);
  }
  log(`The embedded database lives in ${place.dataDir}: its user can't reach the data folder.`);
  return place;
}

/** Root's folder for all databases and binaries; each has its own permissions. */
export async function makeSharedHome(): Promise<void> {
  const first = await mkdir(sharedHome, { recursive: true });
  if (first) await chmod(sharedHome, 0o755); // whatever the umask
}
