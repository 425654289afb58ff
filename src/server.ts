import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DrizzleQueryError } from 'drizzle-orm';
import type { Logger } from 'pino';
import { openGraphql } from './api/graphql/server.ts';
import { openPeers, type Peers } from './api/http.ts';
import { type OperationsOptions, operationsRouter } from './api/operations.ts';
import { createApp } from './app.ts';
import { type Config, ConfigurationError } from './config.ts';
import { type Connection, openPool } from './database/connect.ts';
import { openAuthenticator } from './services/access/authenticate.ts';
import { openAnnouncements } from './services/announcements.ts';
import type { Platform } from './services/context.ts';
import { openDevices } from './services/devices/poll.ts';
import { openTenantRegistry } from './services/tenants/registry.ts';

export interface RunningServer {
  /** Where it really listens. */
  url: string;
  /** Finishes what is in flight, writes what is pending, lets go of the database. */
  stop(): Promise<void>;
}

/** The longest a request in flight may hold up the end. */
const GRACE_MS = 4_000;

/**
 * Takes the port, so that a port in use is found out before anything else is begun; until `handle` is given,
 * requests are answered 503.
 * @throws with code EADDRINUSE, EACCES, …
 */
export async function listen(config: Pick<Config, 'HOST' | 'PORT'>) {
  let handle: RequestListener = (_request, response) => {
    response.writeHead(503, { 'Retry-After': '1', Connection: 'close' }).end();
  };
  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, config.HOST.replace(/^\[(.*)\]$/, '$1'), resolve);
  });
  return {
    server,
    handleBy(listener: RequestListener) {
      handle = listener;
    },
  };
}
export type Listening = Awaited<ReturnType<typeof listen>>;

/** Opens all services on a migrated database and serves them. */
export async function serve(
  config: Config,
  { server, handleBy }: Listening,
  database: { connection: Connection; direct: Connection },
  log: Logger,
  renderMetrics?: OperationsOptions['renderMetrics'],
): Promise<RunningServer> {
  // A failed query's own message has its parameters in it, and with them tokens.
  const logError = (error: unknown) => log.error(error instanceof DrizzleQueryError ? error.cause : error);
  const peers = peersOf(config);
  const pool = openPool(database.connection, {
    connections: config.DATABASE_POOL_SIZE,
    prepare: config.DATABASE_PREPARE,
  });
  const announcements = await openAnnouncements(database.direct, logError);
  const systemDefaults = {
    targetTokenEnabled: config.MUSTER_DDI_TARGET_TOKEN_ENABLED,
    gatewayTokenEnabled: config.MUSTER_DDI_GATEWAY_TOKEN_ENABLED,
  };
  const core: Platform = {
    database: pool.database,
    clock: () => new Date(),
    announcements,
    tenants: openTenantRegistry(pool.database, announcements, systemDefaults),
    systemDefaults,
  };
  const platform = openDevices(core, config.MUSTER_POLL_CACHE_ENTRIES, logError);
  const signIn = openAuthenticator(core);
  const graphql = await openGraphql({
    platform: core,
    signIn,
    bodyLimit: config.MUSTER_BODY_LIMIT,
    log: logError,
  });
  const pollCounts = new Map<number, number>();
  const operations = operationsRouter({
    isReady: () => pool.client`SELECT 1`.then(Boolean, () => false),
    rememberedDevices: platform.devices.size,
    pollCounts,
    renderMetrics,
  });
  handleBy(
    createApp({
      config,
      platform,
      peers,
      signIn,
      graphql: graphql.router,
      operations,
      pollCounts,
      log: logError,
    }),
  );

  return {
    url: urlOf(server),
    async stop() {
      await closeServer(server);
      await graphql.close();
      await platform.pollTimes.close();
      await announcements.close();
      await pool.close();
    },
  };
}

function peersOf(config: Config): Peers {
  try {
    return openPeers(config.MUSTER_TRUSTED_PROXIES, config.MUSTER_PUBLIC_URL);
  } catch (error) {
    throw new ConfigurationError(`MUSTER_TRUSTED_PROXIES: ${(error as Error).message}`);
  }
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(impatience);
}
