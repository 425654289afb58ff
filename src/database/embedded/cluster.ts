import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../sync-folder.ts';
import type { Binaries } from './binaries.ts';
import { claim, readIfThere, removeLeftovers, temporaryName } from './files.ts';
import { hasCluster, type Place } from './place.ts';
import { run } from './run.ts';

export const superuser = 'muster';

/** Makes the cluster if there is none. Returns its password. */
export async function ensureCluster(place: Place, binaries: Binaries): Promise<string> {
  await removeLeftovers(place.cluster);
  if (await hasCluster(place.cluster)) {
    await requireMajor(place, binaries);
    return readPassword(place);
  }
  // The password comes first, so that processes that start at the same time use the same one.
  const password = await claim(place.passwordFile, randomBytes(24).toString('base64url'), 0o600);
  await makeCluster(place, binaries, password);
  return password;
}

/** A data folder belongs to one major version of PostgreSQL. */
async function requireMajor(place: Place, { postgres }: Binaries): Promise<void> {
  const has = (await readIfThere(join(place.cluster, 'PG_VERSION')))?.trim();
  const [, brought] = / (\d+)/.exec(await run(postgres, ['--version'], place.account)) ?? [];
  if (has && brought && has !== brought)
    throw new Error(
      `${place.cluster} was made by PostgreSQL ${has}, and this Muster brings ${brought}: make a backup with the Muster that you had (muster backup), and restore it with this one into another MUSTER_DATA_DIR (muster restore)`,
    );
}

async function readPassword(place: Place): Promise<string> {
  const password = await readIfThere(place.passwordFile);
  if (!password)
    throw new Error(`${place.cluster} is a database whose password file ${place.passwordFile} is missing`);
  return password;
}

/** Makes it beside its place first: an interrupted initdb leaves nothing there, and of two processes one wins. */
async function makeCluster(place: Place, binaries: Binaries, password: string): Promise<void> {
  const workshop = temporaryName(place.cluster);
  const fresh = join(workshop, 'cluster');
  const passwordFile = join(workshop, 'password'); // the real one is closed to the account
  try {
    await mkdir(workshop, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (place.account) await giveTo(place.account, passwordFile, workshop);
    await run(binaries.initdb, initdbArguments(fresh, passwordFile), place.account);
    await putInPlace(fresh, place.cluster);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function putInPlace(fresh: string, cluster: string): Promise<void> {
  try {
    await rename(fresh, cluster);
    await syncFolder(dirname(cluster));
  } catch (error) {
    if (!(await hasCluster(cluster))) throw error; // else another process was faster
  }
}

async function giveTo(account: { uid: number; gid: number }, ...paths: string[]): Promise<void> {
  for (const path of paths) await chown(path, account.uid, account.gid);
}

function initdbArguments(folder: string, passwordFile: string): string[] {
  return [
    ...['-D', folder, '--username', superuser, '--pwfile', passwordFile, '--auth=scram-sha-256'],
    // The same text rules on every machine, independent of its C library and ICU.
    ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    '--no-instructions',
  ];
}
