import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type RequestHandler } from 'express';
import { type PollCounts, pollListener } from './api/ddi/poll.ts';
import { devicePathOf } from './api/ddi/request.ts';
import { deviceRouter } from './api/ddi/router.ts';
import { exportRouter } from './api/exports/router.ts';
import type { GraphqlDoor } from './api/graphql/server.ts';
import { webError } from './api/hawkbit-errors.ts';
import { isMalformedUrl, type Peers } from './api/http.ts';
import { importRouter } from './api/imports/router.ts';
import type { Operations } from './api/operations.ts';
import { restRouter } from './api/rest/router.ts';
import { uploadRouter } from './api/uploads/router.ts';
import type { Config } from './config.ts';
import type { Authenticator } from './services/access/authenticate.ts';
import type { DevicePlatform } from './services/devices/poll.ts';

export interface AppOptions {
  config: Pick<Config, 'MUSTER_BODY_LIMIT' | 'MUSTER_DDI_BODY_LIMIT'>;
  platform: DevicePlatform;
  peers: Peers;
  signIn: Authenticator;
  graphql: Pick<GraphqlDoor, 'answer' | 'router'>;
  operations: Operations;
  pollCounts: PollCounts;
  log: (error: unknown) => void;
}

/** Which path leads to which door. */
export function createApp(options: AppOptions): RequestListener {
  const { config, platform, peers, signIn, graphql, operations, pollCounts, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.disable('etag');
  app.set('query parser', 'simple');

  app.use(operations.router);
  app.use('/graphql', graphql.router);
  app.use('/rest', restRouter({ platform, peers, signIn, log, bodyLimit: config.MUSTER_BODY_LIMIT }));
  app.use('/imports', importRouter({ platform, peers, signIn, log }));
  app.use('/exports', exportRouter({ platform, peers, signIn, log }));
  app.use('/uploads', uploadRouter({ platform, peers, log }));
  app.use(deviceRouter(platform, peers, { bodyLimit: config.MUSTER_DDI_BODY_LIMIT }, log));
  app.use(notFound);

  const poll = pollListener(platform, peers, pollCounts, log);
  return (request, response) => {
    const url = originForm(request.url ?? '/');
    request.url = url;
    // GraphQL has rules of its own for what stands in a query.
    if (isMalformedUrl(url) && !/^\/graphql\b/.test(url)) return refuse(request, response);
    const path = isPollMethod(request.method) ? devicePathOf(url) : undefined;
    if (path?.rest === '') return poll(request, response, path);
    operations.count(request, response);
    if (request.method === 'POST' && /^\/graphql(\?|$)/.test(url)) void graphql.answer(request, response);
    else app(request, response);
  };
}

/** A request line may name the whole URL (RFC 9112, 3.2.2); what matters here begins at the path. */
const originForm = (url: string) =>
  url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';

const isPollMethod = (method: string | undefined) => method === 'GET' || method === 'HEAD';

const notFound: RequestHandler = (_request, response) => void response.status(404).json(webError(404));

function refuse(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify(webError(400)));
}
