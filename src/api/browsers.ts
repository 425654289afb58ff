import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '../services/access/authenticate.ts';
import type { Proxies } from './http.ts';
import { essenceOf } from './media-types.ts';

/** The cookie of a session, which `/graphql/session` sets. */
export const SESSION_COOKIE = 'muster_session';
/** Sent by pages that want no dialog of the browser when they are signed out; any value counts. */
const FROM_A_PAGE = 'x-requested-with';

/** A page of another origin sent the request, signed in by what the browser adds by itself. */
export class ForeignPage extends Error {
  readonly status = 403;
  constructor() {
    super('A page of another origin sent this, which MUSTER_ALLOWED_ORIGINS does not name.');
  }
}

/** What the doors for browsers share: sign-in by cookie, protection against pages of others, and CORS. */
export interface Browsers {
  /**
   * The `Authorization` header, or else the session of the cookie.
   * @throws ForeignPage where the browser added it for a page of another origin
   */
  credentialsOf(request: IncomingMessage): Credentials;
  /** The same for doors that take no cookie. @throws ForeignPage */
  authorizationOf(request: IncomingMessage): string | undefined;
  /** @throws ForeignPage for a page of another origin that isn't named */
  requireOwnPage(request: IncomingMessage): void;
  /** Whether a page of another origin sent it. */
  isForeign(request: IncomingMessage): boolean;
  /** Whether a page may use what needs no credentials that the browser adds. */
  mayRead(request: IncomingMessage): boolean;
  /** Tells the browser which pages may read the answer. @returns whether that was all it asked for */
  allow(request: IncomingMessage, response: ServerResponse): boolean;
}

const ANY = '*';
const COOKIE_TOKEN = new RegExp(`(?:^|; *)${SESSION_COOKIE}=([^;\\s]+)`);
const DOORS = /^\/(?:graphql|rest|imports|exports|uploads)(?:[/?]|$)/;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What a form of any page can send without asking first. */
const FORM_TYPES = new Set(['', 'text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded']);

const METHODS = 'GET, HEAD, POST, PUT, DELETE';
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'X-Requested-With',
  'Apollo-Require-Preflight',
  'X-Apollo-Operation-Name',
  'If-Match',
  'If-None-Match',
  'Range',
].join(', ');
const ANSWER_HEADERS =
  'Content-Disposition, Content-Range, ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id, X-Total-Count';
const PREFLIGHT_SECONDS = '600';

/** The token of the session's cookie. */
export const sessionTokenOf = ({ headers: { cookie } }: IncomingMessage): string | undefined =>
  cookie === undefined ? undefined : COOKIE_TOKEN.exec(cookie)?.[1];

/** Whether a page's script sent it, which shows a sign-in of its own: the browser must not open its dialog. */
export const isOfPage = (request: IncomingMessage): boolean =>
  request.headers[FROM_A_PAGE] !== undefined || sessionTokenOf(request) !== undefined;

/** `allowed` are the origins of pages beside the server's own; `*` lets all others read without credentials. */
export function openBrowsers(proxies: Pick<Proxies, 'baseUrlOf'>, allowed: readonly string[]): Browsers {
  const named = new Set(allowed.filter((origin) => origin !== ANY));
  const isOpen = allowed.includes(ANY);
  const isNamed = (origin: string | undefined) => origin !== undefined && named.has(origin);

  const isForeign = (request: IncomingMessage) => {
    const { origin, host, 'sec-fetch-site': site } = request.headers;
    if (isNamed(origin)) return false;
    if (site !== undefined) return site !== 'same-origin' && site !== 'none';
    if (origin === undefined) return false;
    const own = [`http://${host}`, proxies.baseUrlOf(request)].map(hostOf);
    return !own.includes(hostOf(origin) ?? 'none');
  };
  const requireOwnPage = (request: IncomingMessage) => {
    if (isForeign(request)) throw new ForeignPage();
  };
  const authorizationOf = (request: IncomingMessage) => {
    const { authorization } = request.headers;
    // Browsers remember names and passwords, and add them to what other pages send.
    if (authorization && /^basic /i.test(authorization) && !SAFE.has(request.method!))
      requireOwnPage(request);
    return authorization;
  };
  return {
    isForeign,
    requireOwnPage,
    authorizationOf,
    mayRead: (request) => isOpen || !isForeign(request),
    credentialsOf(request) {
      const authorization = authorizationOf(request);
      if (authorization !== undefined) return authorization;
      const session = sessionTokenOf(request);
      if (!session) return undefined;
      requireOwnPage(request);
      if (request.method === 'POST' && isLikeForm(request)) throw new ForeignPage();
      return { session };
    },
    allow(request, response) {
      if ((!named.size && !isOpen) || !DOORS.test(request.url ?? '')) return false;
      const { origin } = request.headers;
      response.setHeader('Vary', 'Origin');
      if (origin === undefined || !(isNamed(origin) || isOpen)) return false;
      response.setHeader('Access-Control-Allow-Origin', isNamed(origin) ? origin : ANY);
      if (isNamed(origin)) response.setHeader('Access-Control-Allow-Credentials', 'true');
      if (!isPreflight(request)) {
        response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
        return false;
      }
      response.setHeader('Access-Control-Allow-Methods', METHODS);
      response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
      response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
      response.writeHead(204).end();
      return true;
    },
  };
}

const isPreflight = ({ method, headers }: IncomingMessage) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

const isLikeForm = ({ headers }: IncomingMessage) =>
  headers[FROM_A_PAGE] === undefined && FORM_TYPES.has(essenceOf(headers['content-type']));

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined);
