import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Request, RequestHandler, Router } from 'express';
import helmet from 'helmet';
import type { Proxies } from '../../http.ts';
import { wantsPage } from './answers.ts';
import { START, STYLE } from './graphiql-page.ts';

const require = createRequire(import.meta.url);
const versionOf = (name: string) => (require(`${name}/package.json`) as { version: string }).version;

/** Where `npm run build` puts GraphiQL: the same place from the sources and from what is built of them. */
const BUILT = fileURLToPath(new URL('../../../../dist/graphiql', import.meta.url));

/** Everything comes from this server. The editor sets styles itself, and its fonts are in its style sheet. */
const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
  // Only the proxy in front knows whether the server is used only with HTTPS.
  strictTransportSecurity: false,
});

/**
 * Serves GraphiQL to browsers, with all its files. The page itself needs no sign-in: it shows one, and begins a session.
 */
export function graphiqlRoutes(router: Router, proxies: Pick<Proxies, 'basePathOf'>): void {
  const files: Record<string, string> = {
    'graphiql.js': BUILT,
    'graphiql.css': BUILT,
  };
  const texts: Record<string, [type: string, text: string]> = {
    'start.js': ['text/javascript', START],
    'page.css': ['text/css', STYLE],
  };
  const version = encodeURIComponent(`${versionOf('graphiql')}-${hash('md5', START + STYLE).slice(0, 8)}`);

  router.get(
    '/',
    pageIfWanted((request) =>
      page((file) => `${proxies.basePathOf(request)}${request.baseUrl}/assets/${file}?v=${version}`),
    ),
  );
  router.get('/assets/:file', (request, response, next) => {
    const { file } = request.params;
    const root = Object.hasOwn(files, file) ? files[file] : undefined;
    const text = Object.hasOwn(texts, file) ? texts[file] : undefined;
    if (!root && !text) return next();
    response.set({
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
    });
    if (root) return response.sendFile(file, { root });
    response.type(text![0]).send(text![1]);
  });
}

const pageIfWanted =
  (render: (request: Request) => string): RequestHandler =>
  (request, response, next) => {
    response.vary('Accept');
    if (!wantsPage(request)) return next();
    pageHeaders(request, response, () => response.type('html').send(render(request)));
  };

const page = (asset: (file: string) => string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Muster – GraphiQL</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${asset('graphiql.css')}">
    <link rel="stylesheet" href="${asset('page.css')}">
    <script defer src="${asset('graphiql.js')}"></script>
    <script type="module" src="${asset('start.js')}"></script>
  </head>
  <body><div id="bar"></div><div id="graphiql">GraphiQL is loading …</div></body>
</html>
`;
