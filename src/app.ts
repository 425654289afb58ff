import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import express, { type RequestHandler } from 'express';
import type { Browsers } from './api/browsers.ts';
import { consoleRouter } from './api/console/router.ts';
import { pollListener } from './api/ddi/poll.ts';
import { type DevicePath, devicePathOf } from './api/ddi/request.ts';
import { deviceRouter } from './api/ddi/router.ts';
import { revocationListRouter } from './api/est/revocation-lists.ts';
import { estRouter } from './api/est/router.ts';
import { exportRouter } from './api/exports/router.ts';
import type { GraphqlDoor } from './api/graphql/server/server.ts';
import { webError } from './api/hawkbit-errors.ts';
import { type Proxies, refuseUpgrade, urlRefusalOf } from './api/http.ts';
import { importRouter } from './api/imports/router.ts';
import type { openRouteBook } from './api/openapi/operation.ts';
import { documentRouter } from './api/openapi/router.ts';
import type { Operations } from './api/operations.ts';
import { identify, type requestLog } from './api/requests.ts';
import { restRouter } from './api/rest/router.ts';
import { traceRequest } from './api/traces.ts';
import { uploadRouter } from './api/uploads/router.ts';
import type { Config } from './config.ts';
import type { Turns } from './listening/turns.ts';
import { networkOf } from './services/access/attempts.ts';
import type { Authenticator } from './services/access/authenticate.ts';
import type { DevicePlatform } from './services/devices/polling/poll.ts';
import { tracing } from './tracing/tracer.ts';

export interface AppOptions {
  config: Pick<Config, 'MUSTER_BODY_LIMIT' | 'MUSTER_DDI_BODY_LIMIT'>;
  platform: DevicePlatform;
  proxies: Proxies;
  browsers: Browsers;
  signIn: Authenticator;
  graphql: Pick<GraphqlDoor, 'answer' | 'router'>;
  sockets: { upgrade: UpgradeListener };
  operations: Operations;
  turns: Turns;
  routes: ReturnType<typeof openRouteBook>;
  logRequest: ReturnType<typeof requestLog>;
  log: (error: unknown) => void;
}

export interface App {
  request: RequestListener;
  /** What answers a part of the requests, if it does. */
  express?: express.Express;
  upgrade: UpgradeListener;
}
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Sends each path to its door. A request that is malformed or for another host is refused before that. */
export function createApp(options: AppOptions): App {
  const { config, platform, proxies, browsers, signIn, graphql, sockets, operations, turns } = options;
  const { log, logRequest, routes } = options;
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.disable('etag');
  app.set('query parser', 'simple');

  const door = { platform, proxies, browsers, signIn, log, routes };
  app.use('/rest', restRouter({ ...door, bodyLimit: config.MUSTER_BODY_LIMIT }));
  app.use('/graphql', graphql.router);
  app.use('/imports', importRouter(door));
  app.use('/exports', exportRouter(door));
  app.use('/uploads', uploadRouter({ platform, proxies, log, routes }));
  app.use('/.well-known/est', estRouter({ platform, proxies, log, routes }));
  app.use(revocationListRouter({ platform, log, routes }));
  app.use(operations.router);
  app.use(documentRouter(routes, proxies));
  app.use(deviceRouter(platform, proxies, { bodyLimit: config.MUSTER_DDI_BODY_LIMIT, routes }, log));
  app.use(consoleRouter(proxies));
  app.use(notFound);

  const poll = pollListener(platform, proxies, operations.polls, log);
  const answer = (
    request: IncomingMessage,
    response: ServerResponse,
    begunAt: number,
    polled?: DevicePath,
  ) => {
    const url = request.url!;
    logRequest?.(request, response, begunAt);
    // GraphQL has its own rules for the query string.
    const refusal = proxies.refusalOf(request) ?? (isGraphql(url) ? undefined : urlRefusalOf(url));
    if (refusal) return refuse(response, 400, refusal);
    if (polled) return poll(request, response, polled);
    operations.watch(request, response, begunAt);
    if (browsers.allow(request, response)) return;
    if (request.method === 'POST' && /^\/graphql(\?|$)/.test(url)) void graphql.answer(request, response);
    else app(request, response);
  };
  const answerInTurn = (request: IncomingMessage, response: ServerResponse) => {
    const begunAt = performance.now();
    const begin = () => {
      // Its client may have gone while it waited.
      if (request.socket.destroyed) return;
      identify(request, response);
      const tracer = tracing();
      if (tracer) traceRequest(tracer, request, response, () => answer(request, response, begunAt));
      else answer(request, response, begunAt);
    };
    if (turns.take(begin, () => networkOf(proxies.addressOf(request)))) return;
    operations.watch(request, response, begunAt);
    response.setHeader('Retry-After', '1');
    refuse(response, 503, 'Too many requests wait; try again in a second.');
  };
  const listener: RequestListener = (request, response) => {
    const url = originForm(request.url ?? '/');
    request.url = url;
    const path = isPollMethod(request.method) ? devicePathOf(url) : undefined;
    if (path?.rest !== '') return answerInTurn(request, response);
    // A poll has no trace, because it would cost more than the poll.
    identify(request, response, true);
    answer(request, response, performance.now(), path);
  };
  return {
    request: listener,
    express: app,
    upgrade(request, socket, head) {
      identify(request);
      if (proxies.refusalOf(request)) refuseUpgrade(socket, '400 Bad Request');
      else sockets.upgrade(request, socket, head);
    },
  };
}

/** A request line may have the whole URL (RFC 9112, 3.2.2); only the part from the path on matters here. */
const originForm = (url: string) =>
  url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';

const isGraphql = (url: string) => /^\/graphql(?:[/?]|$)/.test(url);

const isPollMethod = (method: string | undefined) => method === 'GET' || method === 'HEAD';

const notFound: RequestHandler = (_request, response) => void response.status(404).json(webError(404));

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(webError(status, message)));
}
