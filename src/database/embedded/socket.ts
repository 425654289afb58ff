import { chown, lstat, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canEnter } from './account.ts';
import { makeFolder } from './files.ts';
import { hash, type Place } from './place.ts';

/** Where a server listens: on a socket in a folder, or on a port of 127.0.0.1 if the folder is empty. */
export interface Address {
  socketFolder: string;
  port: number;
}

const socketPort = 5432;

export async function chooseAddress(place: Place, before?: Address): Promise<Address> {
  if (process.platform === 'win32') return before ?? { socketFolder: '', port: await freePort() };
  const socketFolder = before ? await keepSocketFolder(before, place) : await makeSocketFolder(place);
  // The holder of the cluster's lock owns this folder. A left-over lock here would only block if its pid is reused.
  await rm(join(socketFolder, `.s.PGSQL.${socketPort}.lock`), { force: true });
  return { socketFolder, port: socketPort };
}

async function makeSocketFolder(place: Place): Promise<string> {
  const beside = join(place.dataDir, 'postgres.socket');
  const folder = fits(beside) ? beside : join(await temporaryFolder(place), `muster-${hash(place.dataDir)}`);
  if (await makeFolder(folder, 0o700)) return giveToServer(folder, place);
  // In a public folder somebody else may have made it first.
  return (await isOurs(folder, place)) ? folder : giveToServer(await mkdtemp(`${folder}-`), place);
}

/** A program that clears temporary folders may have removed it. */
async function keepSocketFolder({ socketFolder }: Address, place: Place): Promise<string> {
  const isNew = await makeFolder(socketFolder, 0o700);
  return isNew ? giveToServer(socketFolder, place) : socketFolder;
}

/** sun_path holds 104 bytes on some systems; a comma or a quote would mean something in the setting. */
function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${socketPort}.lock`)) < 104 && /^[\w./-]+$/.test(folder);
}

async function temporaryFolder(place: Place): Promise<string> {
  const usual = tmpdir();
  const usable = fits(join(usual, `muster-${hash(usual)}-XXXXXX`));
  return usable && (!place.account || (await canEnter(usual, place.account))) ? usual : '/tmp';
}

async function isOurs(folder: string, place: Place): Promise<boolean> {
  const { uid, mode } = await lstat(folder);
  return uid === (place.account?.uid ?? process.getuid?.()) && (mode & 0o077) === 0;
}

async function giveToServer(folder: string, place: Place): Promise<string> {
  if (place.account) await chown(folder, place.account.uid, place.account.gid);
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
