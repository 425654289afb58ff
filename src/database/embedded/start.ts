import { packagedBinaries, usableBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { findPlace, makeSharedHome, type Place, sharedHome } from './place.ts';
import { type Reached, reachServer } from './reach.ts';
import { oneLine } from './run.ts';
import { trimLog } from './server-log.ts';
import { addressOf, type EmbeddedConnection } from './session.ts';
import { leaveServer } from './stop.ts';
import { superviseServer } from './supervise.ts';

export interface EmbeddedDatabase {
  /** Host is the folder of the Unix socket, or 127.0.0.1 on systems without them. */
  connection: EmbeddedConnection;
  /** The real folder of the data; it differs from the given folder if root had to move it. */
  dataDir: string;
  /** Whether a running server of the same data folder was taken over. */
  adopted: boolean;
  /** Stops the server and waits until it is gone; leaves it running if another process of Muster uses it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  dataDir: string;
  log?: (message: string) => void;
  /** If given, a server that ends is started again, and this gets one line each time. */
  keep?: (line: string) => void;
}

/** The PostgreSQL that comes with Muster: made, started or taken over, and ready to answer. */
export async function startEmbeddedDatabase({
  dataDir,
  log = () => {},
  keep,
}: EmbeddedOptions): Promise<EmbeddedDatabase> {
  try {
    const native = packagedBinaries();
    const place = await findPlace(dataDir, log);
    const binaries = await usableBinaries(native, place.account, () => homeOfCopies(place), log);
    const password = await ensureCluster(place, binaries);
    const reached = await reachServer(place, binaries, password);
    const before = addressOf(reached.connection);
    const reachAgain = (signal: AbortSignal) => reachServer(place, binaries, password, { before, signal });
    const supervised = keep && superviseServer(reached, reachAgain, keep);
    const leave = async () => leaveServer(place, binaries, (await supervised?.release()) ?? reached, log);
    return handle(place, reached, leave);
  } catch (error) {
    throw new Error(`The embedded database can't be used: ${oneLine(error)}`, { cause: error });
  }
}

async function homeOfCopies(place: Place): Promise<string> {
  if (!place.account) return place.dataDir;
  await makeSharedHome();
  return sharedHome;
}

function handle(place: Place, reached: Reached, leave: () => Promise<void>): EmbeddedDatabase {
  const trimming = setInterval(() => void trimLog(place.logFile).catch(() => {}), 3_600_000).unref();
  let stopping: Promise<void> | undefined;
  return {
    connection: reached.connection,
    dataDir: place.dataDir,
    adopted: reached.adopted,
    stop() {
      clearInterval(trimming);
      stopping ??= leave();
      return stopping;
    },
  };
}
