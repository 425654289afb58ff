import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { strangerUnderLock } from './postmaster.ts';
import { cleanSlate, oneLine } from './run.ts';
import { complaints, sizeOf, trimLog } from './server-log.ts';
import { type Address, chooseAddress } from './socket.ts';

/** A server process that we started. */
export interface Launch {
  pid: number | undefined;
  /** How it ended; undefined while it runs. */
  failure(): Promise<StartFailure | undefined>;
}

export interface StartFailure {
  reason: string;
  /** It ended for no other reason than that another server has the cluster open, or had until just now. */
  lostRace: boolean;
}

/** Starts a server, where one listened before if there was one: others know it by its address. */
export async function launchServer(place: Place, binaries: Binaries, before?: Address): Promise<Launch> {
  const address = await chooseAddress(place, before);
  await trimLog(place.logFile);
  const from = await sizeOf(place.logFile);
  // A file, as a pipe to us would break with us and take the server along.
  const log = await open(place.logFile, 'a', 0o600);
  try {
    const surroundings = cleanSlate(binaries.postgres, place.account);
    const child = spawn(binaries.postgres, serverArguments(place, address), {
      ...surroundings,
      env: { ...surroundings.env, ...(await pastTheReusedPid(place.cluster)) },
      detached: true, // a process group of its own: Ctrl-C is for us, who stop the server last
      stdio: ['ignore', 'ignore', log.fd],
    });
    child.unref();
    let ended: string | undefined;
    child.once('error', (error) => {
      ended = oneLine(error);
    });
    child.once('exit', (code, signal) => {
      ended = `it ended with ${signal ?? `code ${code}`}`;
    });
    return {
      pid: child.pid,
      failure: async () => (ended ? explain(ended, await complaints(place.logFile, from)) : undefined),
    };
  } finally {
    await log.close();
  }
}

/**
 * PostgreSQL removes the lock of a dead server, but takes a reused pid for a living one, unless it is that of an
 * ancestor. So we name it as one. Removing the lock ourselves could remove that of a server started meanwhile.
 */
async function pastTheReusedPid(cluster: string): Promise<Record<string, string>> {
  const stranger = await strangerUnderLock(cluster);
  return stranger ? { PG_GRANDPARENT_PID: String(stranger) } : {};
}

function serverArguments(place: Place, { socketFolder, port }: Address): string[] {
  const settings = {
    // Reachable for this machine's Muster only.
    listen_addresses: socketFolder ? '' : '127.0.0.1',
    unix_socket_directories: socketFolder,
    port,
    // A fleet's hot rows and indexes stay in memory, and a small machine can still spare it.
    shared_buffers: '256MB',
    // Bulk writes and poll times then don't force checkpoints, each of which makes the log grow by whole pages.
    max_wal_size: '2GB',
    wal_compression: 'on',
    // Refused statements are Muster's to report; here they would fill the disk, and show their values.
    log_min_messages: 'log',
    log_checkpoints: 'off',
  };
  return [
    '-D',
    place.cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

function explain(ended: string, complaints: string[]): StartFailure {
  return {
    reason: complaints.slice(-3).join('; ') || ended,
    // The second is due to the children of a killed server, which take a moment to notice.
    lostRace: complaints.some((line) =>
      /lock file ".*" already exists|pre-existing shared memory block/.test(line),
    ),
  };
}
