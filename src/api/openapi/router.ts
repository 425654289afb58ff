import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import express, { type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import { etagOf, isMatch, type Proxies } from '../http.ts';
import { documentOf } from './document.ts';
import { notedRoutes } from './noted.ts';
import { DOCS, DOCUMENT } from './open.ts';
import type { NotedRoute, RouteBook } from './operation.ts';
import { type Document, renderPage, STYLE } from './page.ts';

interface Sent {
  etag: string;
  plain: Buffer;
  packed: Buffer;
}

/** Nothing runs and nothing is loaded: there is only the style of the page itself. */
const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: [`'sha256-${hash('sha256', STYLE, 'base64')}'`],
      imgSrc: ['data:'],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
  // Only the proxy in front knows whether the server is used only with HTTPS.
  strictTransportSecurity: false,
});

/** Servers behind a proxy have one prefix, seldom two. */
const REMEMBERED = 8;

/** `/openapi.json` and, as a page, `/docs`: for everybody, as they say nothing of what is stored here. */
export function documentRouter(
  routes: RouteBook & { all: readonly NotedRoute[] },
  proxies: Pick<Proxies, 'basePathOf'>,
): Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  const serve = notedRoutes(router, routes);
  let document: ReturnType<typeof documentOf> | undefined;
  let page: Promise<Sent> | undefined;
  const documents = new Map<string, Promise<Sent>>();
  const made = () => (document ??= documentOf(routes.all));
  const documentAt = (basePath: string): Promise<Sent> => {
    const known = documents.get(basePath);
    if (known) return known;
    if (documents.size >= REMEMBERED) documents.clear();
    const sent = packed(JSON.stringify({ ...made(), servers: [{ url: basePath || '/' }] }));
    documents.set(basePath, sent);
    return sent;
  };

  serve('get', '/openapi.json', DOCUMENT, async (request, response) => {
    // Programs of others may read it: it has nothing of the tenants.
    response.set('Access-Control-Allow-Origin', '*');
    send(request, response.type('application/json'), await documentAt(proxies.basePathOf(request)));
  });
  serve('get', '/docs', DOCS, async (request, response) => {
    page ??= packed(renderPage(made() as unknown as Document));
    const sent = await page;
    pageHeaders(request, response, () => send(request, response.type('html'), sent));
  });
  return router;
}

async function packed(text: string): Promise<Sent> {
  const plain = Buffer.from(text);
  return { etag: etagOf(text), plain, packed: await promisify(gzip)(plain, { level: 9 }) };
}

function send(request: Request, response: Response, { etag, plain, packed }: Sent): void {
  response.set({ ETag: etag, 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' });
  response.vary('Accept-Encoding');
  if (isMatch(request, etag)) return void response.status(304).end();
  const isPacked = request.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (isPacked) response.set('Content-Encoding', 'gzip');
  response.send(isPacked ? packed : plain);
}
