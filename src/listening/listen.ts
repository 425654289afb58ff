import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { refuseUpgrade, trustOf } from '../api/http.ts';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { onceAMinute } from '../once-a-minute.ts';
import { readTls } from '../tls.ts';
import { type Connections, openConnections } from './connections.ts';
import { capsOf } from './descriptors.ts';
import { addExpress, newMessages } from './messages.ts';
import { TIMEOUTS, type Timeouts } from './timeouts.ts';

/** The port can't be opened; the message is one line for the operator. */
export class ListenError extends Error {
  constructor({ HOST, PORT }: Pick<Config, 'HOST' | 'PORT'>, { code }: NodeJS.ErrnoException) {
    super(
      code === 'EADDRINUSE'
        ? `port ${PORT} of ${HOST} is already in use; choose another with PORT`
        : `cannot listen on ${HOST}:${PORT} (${code}); see HOST and PORT`,
    );
  }
}

/** How long running requests may delay the end. */
const GRACE_MS = 4_000;

export interface Listening {
  server: Server;
  port: number;
  /** The address on which it really listens. */
  url: string;
  connections: Pick<Connections, 'size' | 'ended'>;
  handleBy(app: App): void;
  /** Takes no more requests and waits for running ones. */
  close(): Promise<void>;
}

/**
 * Opens the port first, so that a port in use is found before anything else starts. Until `handleBy` is called, requests
 * are answered 503, except the health check whether the process lives.
 * @throws ListenError, ConfigurationError
 */
export async function listen(
  config: Config,
  log?: Pick<Logger, 'warn'>,
  timeouts: Timeouts = TIMEOUTS,
): Promise<Listening> {
  const tls = readTls(config);
  const connections = openConnections({
    caps: capsOf(config),
    timeouts,
    isTrusted: trustOf(config.MUSTER_TRUSTED_PROXIES),
    onFull: warnOfFull(log),
  });
  const messages = newMessages();
  let app = UNREADY;
  const answer: RequestListener = (request, response) => {
    connections.serve(request, response);
    app.request(request, response);
  };
  const options = {
    maxHeaderSize: 16_384,
    ...messages,
    // Node.js would limit the whole request: a file may take hours, as long as bytes come.
    requestTimeout: 0,
    headersTimeout: timeouts.head,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: config.MUSTER_KEEP_ALIVE * 1_000,
  };
  const server: Server = tls
    ? createTlsServer({ ...options, ...tls, handshakeTimeout: timeouts.head }, answer)
    : createServer(options, answer);
  server.timeout = timeouts.answer;
  server.on('timeout', (socket: Socket) => connections.expire(socket));
  server.on('connection', (socket: Socket) => connections.open(socket));
  server.on('secureConnection', (inside: TLSSocket) => connections.decipher(inside));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    connections.upgrade(request.socket);
    app.upgrade(request, socket, head);
  });
  await take(server, config);
  return {
    server,
    port: (server.address() as AddressInfo).port,
    url: urlOf(server),
    connections,
    handleBy(ready) {
      if (ready.express) addExpress(ready.express, messages);
      app = ready;
    },
    close: () => closeServer(server, connections),
  };
}

const UNREADY: App = {
  request(request, response) {
    const status = request.url === '/health/live' ? 200 : 503;
    response.writeHead(status, { 'Retry-After': '1', Connection: 'close' }).end();
  },
  upgrade: (_request, socket) => refuseUpgrade(socket, '503 Service Unavailable'),
};

const take = (server: Server, config: Pick<Config, 'HOST' | 'PORT'>) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(config, error)));
    server.listen(config.PORT, config.HOST.replace(/^\[(.*)\]$/, '$1'), resolve);
  });

/** Logs it once a minute. */
function warnOfFull(log?: Pick<Logger, 'warn'>) {
  const isDue = onceAMinute(1_000);
  return (network?: string) => {
    if (!isDue(network ?? '')) return;
    if (network === undefined)
      log?.warn('connections are refused: there are MUSTER_CONNECTIONS, and none is idle');
    else log?.warn({ network }, 'connections of an address are refused: it has MUSTER_ADDRESS_CONNECTIONS');
  };
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function closeServer(server: Server, connections: Connections): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection becomes idle when its last request is answered; clients would keep it open for long.
  const closing = setInterval(() => server.closeIdleConnections(), 20);
  // `closeAllConnections` doesn't know connections whose TLS handshake isn't done.
  const grace = setTimeout(() => connections.cut(), GRACE_MS);
  await closed;
  clearInterval(closing);
  clearTimeout(grace);
  connections.close();
}
