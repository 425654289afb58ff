import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { pidUnderStaleLock } from './postmaster.ts';
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
  /** It ended only because another server has the cluster open, or had it until just now. */
  lostRace: boolean;
}

/** Starts a server. It listens where the one before did, because others know that address. */
export async function launchServer(place: Place, binaries: Binaries, before?: Address): Promise<Launch> {
  const address = await chooseAddress(place, before);
  await trimLog(place.logFile);
  const from = await sizeOf(place.logFile);
  // A file, because a pipe to us would break when we end, and the server with it.
  const log = await open(place.logFile, 'a', 0o600);
  try {
    const surroundings = cleanSlate(binaries.postgres, place.account);
    const child = spawn(binaries.postgres, serverArguments(place, address), {
      ...surroundings,
      env: { ...surroundings.env, ...(await pastTheReusedPid(place.cluster)) },
      detached: true, // its own process group: Ctrl-C is only for us, and we stop the server last
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
 * PostgreSQL removes the lock of a dead server, but takes a reused pid for a running server, unless it is the pid of an
 * ancestor. So we name it as one. To remove the lock ourselves could remove that of a server that was just started.
 */
async function pastTheReusedPid(cluster: string): Promise<Record<string, string>> {
  const pid = await pidUnderStaleLock(cluster);
  return pid ? { PG_GRANDPARENT_PID: String(pid) } : {};
}

function serverArguments(place: Place, { socketFolder, port }: Address): string[] {
  const settings = {
    // Only Muster on this machine can connect.
    listen_addresses: socketFolder ? '' : '127.0.0.1',
    unix_socket_directories: socketFolder,
    port,
    // Enough for a fleet's hot rows and indexes, and not too much for a small machine.
    shared_buffers: '256MB',
    // So bulk writes and poll times don't force checkpoints, after each of which whole pages are written to the WAL.
    max_wal_size: '2GB',
    wal_compression: 'on',
    // So PostgreSQL soon knows of tables that begin to grow: until then its plans walk through whole indexes.
    autovacuum_naptime: '10s',
    // Muster reports refused statements; here they would fill the disk and show their values.
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
    // The second error comes from children of a killed server, which notice its end a moment later.
    lostRace: complaints.some((line) =>
      /lock file ".*" already exists|pre-existing shared memory block/.test(line),
    ),
  };
}
