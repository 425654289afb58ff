import { randomBytes } from 'node:crypto';
import express, { type RequestHandler, type Response, type Router } from 'express';
import helmet from 'helmet';
import type { Proxies } from '../http.ts';
import { negotiator } from '../media-types.ts';
import { type ConsoleFiles, consoleFiles } from './files.ts';
import { isConsolePage } from './pages.ts';

const HTML = 'text/html';
/** A client that says it takes anything gets the page only at `/`, where nothing else is. */
const chooseAnswer = negotiator(['application/json', HTML]);
const chooseAnswerAtRoot = negotiator([HTML, 'application/json']);

type Nonced = Response<unknown, { nonce: string }>;

/** Everything comes from this server. Styles that the page makes itself carry the nonce of its answer. */
const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", nonceOf],
      styleSrc: ["'self'", nonceOf],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'self'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
  // Only the proxy in front knows whether the server is used only with HTTPS.
  strictTransportSecurity: false,
});

function nonceOf(_request: unknown, response: unknown): string {
  return `'nonce-${(response as Nonced).locals.nonce}'`;
}

/** Serves the console: its page at each of its paths, for browsers only, and its files. */
export function consoleRouter(proxies: Pick<Proxies, 'basePathOf'>): Router {
  const router = express.Router();
  router.get('/assets/:file', (request, response, next) => {
    const files = consoleFiles();
    const { file } = request.params;
    if (!files?.assets.has(file)) return next();
    const encoding = request.acceptsEncodings('br', 'gzip', 'identity');
    const sent = chooseVariant(response, files, file, encoding);
    const root = `${files.folder}assets`;
    // Whoever leaves before it is sent is no error; of others Express tells.
    response.sendFile(sent, { root, cacheControl: false });
  });
  router.get('/*path', pageAt(proxies));
  router.get('/', pageAt(proxies));
  return router;
}

const ENCODINGS = { br: '.br', gzip: '.gz' } as const;

/**
 * Sets the headers of a file: its name has a digest of its contents, so that browsers may keep it.
 * @returns the name of the file to send, which may be the compressed one
 */
function chooseVariant(
  response: Response,
  { assets }: ConsoleFiles,
  file: string,
  encoding: string | false,
): string {
  response.vary('Accept-Encoding').set({
    'Cache-Control': 'public, max-age=31536000, immutable',
    'X-Content-Type-Options': 'nosniff',
  });
  const suffix = ENCODINGS[encoding as keyof typeof ENCODINGS];
  if (suffix === undefined || !assets.has(file + suffix)) return file;
  response.type(file.slice(file.lastIndexOf('.'))).set('Content-Encoding', String(encoding));
  return file + suffix;
}

const pageAt =
  (proxies: Pick<Proxies, 'basePathOf'>): RequestHandler =>
  (request, response, next) => {
    const files = isConsolePage(request.path) ? consoleFiles() : undefined;
    if (!files) return next();
    response.vary('Accept');
    const choose = request.path === '/' && request.headers.accept ? chooseAnswerAtRoot : chooseAnswer;
    if (choose(request.headers.accept)?.type !== HTML) return next();
    const nonce = randomBytes(16).toString('base64');
    response.locals['nonce'] = nonce;
    const page = files.page
      .replaceAll('%NONCE%', nonce)
      .replaceAll('%BASE%', `${proxies.basePathOf(request)}/`);
    pageHeaders(request, response, () => response.set('Cache-Control', 'no-cache').type('html').send(page));
  };
