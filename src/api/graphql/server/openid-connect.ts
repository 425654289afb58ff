import type { Request, Response, Router } from 'express';
import type { IssuerSignIn, Visit } from '../../../services/access/issuer-sign-in.ts';
import { domainErrorOf } from '../../../services/shared/domain-error-of.ts';
import type { Proxies } from '../../http.ts';
import { notedRoutes } from '../../openapi/noted.ts';
import type { RouteBook } from '../../openapi/operation.ts';
import { graphqlOriginOf } from './context.ts';
import { RETURN_FROM_ISSUER, VISIT_ISSUER } from './described.ts';

export interface OpenIdConnectOptions {
  routes: RouteBook;
  proxies: Pick<Proxies, 'addressOf' | 'baseUrlOf' | 'basePathOf'>;
  /** Without it nobody signs in in this way. */
  issuerSignIn?: IssuerSignIn | undefined;
  setSessionCookie(request: Request, response: Response, session: { token: string; expiresAt: Date }): void;
}

/** Where a page sends the browser; below the path of GraphQL. */
export const OPENID_CONNECT_PATH = '/session/openidconnect';
const CALLBACK = `${OPENID_CONNECT_PATH}/callback`;
/** What the browser keeps while its user is at the issuer: state, nonce, verifier and where to return to. */
const COOKIE = 'muster_sign_in';
const COOKIE_VALUE = new RegExp(
  `(?:^|; *)${COOKIE}=([\\w-]{1,128})\\.([\\w-]{1,128})\\.([\\w-]{1,128})\\.([\\w-]*)`,
);
const MINUTES = 10;
const LONGEST_RETURN = 2_000;

/**
 * Sign-in at an OpenID Connect issuer. `GET …/openidconnect?returnTo=/path` sends the browser to the issuer, which sends
 * it back to `…/callback`. From there it goes to the path, signed in, or with `signInError` in its query: `refused`,
 * `expired` or `unavailable`.
 */
export function openIdConnectRoutes(router: Router, options: OpenIdConnectOptions): void {
  const { proxies, issuerSignIn, setSessionCookie, routes } = options;
  if (!issuerSignIn) return;
  const callbackOf = (request: Request) => `${proxies.baseUrlOf(request)}${request.baseUrl}${CALLBACK}`;
  const cookieOf = (request: Request) => ({
    httpOnly: true,
    // The issuer, another site, sends the browser to where it is needed.
    sameSite: 'lax' as const,
    secure: proxies.baseUrlOf(request).startsWith('https:'),
    path: `${proxies.basePathOf(request)}${request.baseUrl}${OPENID_CONNECT_PATH}`,
  });
  const leave = (response: Response, to: URL) => {
    // The path of the answer has the code.
    response.set('Referrer-Policy', 'no-referrer').redirect(303, to.href);
  };

  const serve = notedRoutes(router, routes);
  serve('get', OPENID_CONNECT_PATH, VISIT_ISSUER, async (request, response) => {
    const base = proxies.baseUrlOf(request);
    const back = pathIn(base, request.query['returnTo']) ?? `${proxies.basePathOf(request)}/`;
    try {
      const { url, visit } = await issuerSignIn.begin(callbackOf(request));
      const value = [visit.state, visit.nonce, visit.verifier, encoded(back)].join('.');
      response.cookie(COOKIE, value, { ...cookieOf(request), maxAge: MINUTES * 60_000 });
      leave(response, url);
    } catch (error) {
      leave(response, withError(base, back, wordOf(error)));
    }
  });
  serve('get', CALLBACK, RETURN_FROM_ISSUER, async (request, response) => {
    const base = proxies.baseUrlOf(request);
    const kept = readCookie(request.headers.cookie);
    const back = pathIn(base, kept?.back) ?? `${proxies.basePathOf(request)}/`;
    response.clearCookie(COOKIE, cookieOf(request));
    if (!kept || kept.visit.state !== request.query['state'])
      return leave(response, withError(base, back, 'expired'));
    try {
      const answer = new URL(callbackOf(request));
      answer.search = new URL(request.originalUrl, base).search;
      const session = await issuerSignIn.finish(answer, kept.visit, graphqlOriginOf(proxies, request));
      setSessionCookie(request, response, session);
      leave(response, new URL(back, base));
    } catch (error) {
      leave(response, withError(base, back, wordOf(error)));
    }
  });
}

/** The path of this server that a text names, with its query; undefined if it names another server or nothing. */
function pathIn(base: string, text: unknown): string | undefined {
  if (typeof text !== 'string' || !text.startsWith('/') || text.length > LONGEST_RETURN) return undefined;
  if (!URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  return url.origin === new URL(base).origin ? `${url.pathname}${url.search}${url.hash}` : undefined;
}

function withError(base: string, back: string, word: string): URL {
  const url = new URL(back, base);
  url.searchParams.set('signInError', word);
  return url;
}

/** For the page, which shows it. @throws what nobody foresaw */
function wordOf(error: unknown): string {
  const known = domainErrorOf(error);
  if (!known) throw error;
  return known.code === 'UNAUTHENTICATED' ? 'refused' : 'unavailable';
}

const encoded = (text: string) => Buffer.from(text).toString('base64url');

function readCookie(cookies: string | undefined): { visit: Visit; back: string } | undefined {
  const [, state, nonce, verifier, back] = COOKIE_VALUE.exec(cookies ?? '') ?? [];
  if (!state || !nonce || !verifier) return undefined;
  return { visit: { state, nonce, verifier }, back: Buffer.from(back ?? '', 'base64url').toString() };
}
