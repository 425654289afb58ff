import type { Link } from '../link.ts';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { livingPostmaster, type Postmaster, pause, signal, waitUntilGone } from './postmaster.ts';
import { oneLine } from './run.ts';
import { type Launch, launchServer } from './server.ts';
import { connectionTo, type EmbeddedConnection, isPassing, joinServer } from './session.ts';
import type { Address } from './socket.ts';

/** A server that answers, and our session on it. */
export interface Reached {
  pid: number;
  adopted: boolean;
  connection: EmbeddedConnection;
  session: Link;
}

export interface ReachOptions {
  /** Where the server listened that is started again. */
  before?: Address;
  /** Gives up, and stops a server that was started for nothing. */
  signal?: AbortSignal;
}

const timeout = 60_000;

/** How long a stop may wait for a server that is just starting. */
const stopTimeout = 5_000;

/** Joins the running server of the place, or starts one. */
export async function reachServer(
  place: Place,
  binaries: Binaries,
  password: string,
  { before, signal: given }: ReachOptions = {},
): Promise<Reached> {
  const deadline = performance.now() + timeout;
  let launch: Launch | undefined;
  let trouble = '';
  while (performance.now() < deadline && !given?.aborted) {
    const postmaster = await livingPostmaster(place.cluster);
    if (postmaster) {
      const adopted = postmaster.pid !== launch?.pid;
      const connection = connectionTo(postmaster, password);
      const session = await tryToJoin(postmaster, connection).catch((error) =>
        stopOurs(error, launch, binaries),
      );
      if (typeof session !== 'string') return { pid: postmaster.pid, adopted, connection, session };
      trouble = session;
    } else {
      const failure = await launch?.failure();
      if (failure && !failure.lostRace) throw new Error(`${failure.reason} (log: ${place.logFile})`);
      trouble = failure?.reason ?? trouble;
      if (failure) await pause(100);
      if (!launch || failure) launch = await launchServer(place, binaries, before);
    }
    await pause(15);
  }
  if (given?.aborted) return giveUp(place, launch, binaries);
  throw new Error(`the server didn't answer within ${timeout / 1000} s: ${trouble} (log: ${place.logFile})`);
}

/** A session, or the reason why there is none yet. */
async function tryToJoin(postmaster: Postmaster, connection: EmbeddedConnection): Promise<Link | string> {
  if (!postmaster.socketFolder && process.platform !== 'win32') return 'it has no socket yet';
  try {
    return await joinServer(connection);
  } catch (error) {
    if (!isPassing(error)) throw error;
    return oneLine(error);
  }
}

async function stopOurs(error: unknown, launch: Launch | undefined, binaries: Binaries): Promise<never> {
  if (launch?.pid && !(await launch.failure())) await signal(launch.pid, 'SIGINT', binaries);
  throw error;
}

async function giveUp(place: Place, launch: Launch | undefined, binaries: Binaries): Promise<never> {
  if (launch?.pid && !(await launch.failure())) {
    await signal(launch.pid, 'SIGINT', binaries);
    await waitUntilGone(place.cluster, launch.pid, stopTimeout);
  }
  throw new Error('it was given up');
}
