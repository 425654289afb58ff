import type { Config } from '../config.ts';
import type { Connection } from './connection.ts';
import { startEmbeddedDatabase } from './embedded/start.ts';
import { UnfitDatabaseError } from './migrate.ts';

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

/** `?host=/folder` means the socket there, as in libpq; postgres.js takes it only separately from the URL. */
function connectionOf(url: string): Connection {
  const { searchParams, port, username, password, pathname } = new URL(url);
  const host = searchParams.get('host');
  if (!host?.startsWith('/')) return url;
  const [user, secret, database] = [username, password, pathname.slice(1)].map(decodeURIComponent);
  return { host, port: Number(port) || 5432, user: user!, password: secret!, database: database! };
}
