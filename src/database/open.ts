import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Connection } from './connection.ts';
import { hasPlace } from './embedded/place.ts';
import { startEmbeddedDatabase } from './embedded/start.ts';
import { requireCurrent, UnfitDatabaseError } from './migrate.ts';

export interface OpenDatabase {
  connection: Connection;
  /** Without a pooler. */
  direct: Connection;
  /** Where the database is, for people. */
  where: string;
  /** Closes it: an embedded database ends if nobody else uses it. */
  stop(): Promise<void>;
}

/**
 * Finds the external database of the configuration, or starts the embedded one. If `keep` is given, an embedded one
 * that ends is started again, and `keep` gets one line each time.
 * @throws UnfitDatabaseError
 */
export async function openDatabase(
  config: Pick<Config, 'DATABASE_URL' | 'DATABASE_DIRECT_URL' | 'MUSTER_DATA_DIR'>,
  log: (line: string) => void,
  keep?: (line: string) => void,
): Promise<OpenDatabase> {
  const { DATABASE_URL: external, DATABASE_DIRECT_URL: direct } = config;
  if (external) {
    const { host, pathname } = new URL(external);
    const connection = connectionOf(external);
    return {
      connection,
      direct: direct ? connectionOf(direct) : connection,
      where: `${host}${pathname}`,
      stop: async () => {},
    };
  }
  const embedded = await startEmbeddedDatabase({ dataDir: config.MUSTER_DATA_DIR, log, keep }).catch(
    (error) => {
      throw new UnfitDatabaseError(error.message); // one line already
    },
  );
  const { connection, dataDir, stop } = embedded;
  return { connection, direct: connection, where: dataDir, stop };
}

/**
 * The same for what only changes a database: there must be one.
 * @throws UnfitDatabaseError
 */
export async function openExistingDatabase(
  config: Parameters<typeof openDatabase>[0],
  log: (line: string) => void,
): Promise<OpenDatabase> {
  const { DATABASE_URL: external, MUSTER_DATA_DIR: folder } = config;
  if (!external && !(await hasPlace(folder)))
    throw new UnfitDatabaseError(
      `There is no database in ${resolve(folder)}: start this in the folder of the server, or set MUSTER_DATA_DIR or DATABASE_URL as it has them.`,
    );
  const opened = await openDatabase(config, log);
  try {
    await requireCurrent(opened.direct, opened.where);
    return opened;
  } catch (error) {
    await opened.stop();
    throw error;
  }
}

/** `?host=/folder` means the socket there, as in libpq; postgres.js takes it only separately from the URL. */
export function connectionOf(url: string): Connection {
  const { searchParams, port, username, password, pathname } = new URL(url);
  const host = searchParams.get('host');
  if (!host?.startsWith('/')) return url;
  const [user, secret, database] = [username, password, pathname.slice(1)].map(decodeURIComponent);
  return { host, port: Number(port) || 5432, user: user!, password: secret!, database: database! };
}
