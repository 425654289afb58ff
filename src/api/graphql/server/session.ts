import type { IncomingMessage } from 'node:http';
import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { isUnauthenticated } from '../../../errors.ts';
import type { Authenticator } from '../../../services/access/authenticate.ts';
import type { IssuerSignIn } from '../../../services/access/issuer-sign-in.ts';
import { beginSession } from '../../../services/access/sessions/begin.ts';
import { endSession } from '../../../services/access/sessions/end.ts';
import { contextFor, type Platform } from '../../../services/shared/context.ts';
import { domainErrorOf } from '../../../services/shared/domain-error-of.ts';
import { type Browsers, SESSION_COOKIE, sessionTokenOf } from '../../browsers.ts';
import { type Proxies, setProtocolHeaders } from '../../http.ts';
import { isOfType } from '../../media-types.ts';
import { notedRoutes } from '../../openapi/noted.ts';
import type { RouteBook } from '../../openapi/operation.ts';
import { Refusal } from './answers.ts';
import { readJsonBody } from './body.ts';
import { graphqlOriginOf } from './context.ts';
import { SIGN_IN, SIGN_OUT } from './described.ts';
import { type OpenIdConnectOptions, openIdConnectRoutes } from './openid-connect.ts';

const PATH = '/session';
const LONGEST_BODY = 4096;

export interface SessionOptions {
  platform: Platform;
  proxies: Pick<Proxies, 'addressOf' | 'baseUrlOf' | 'basePathOf'>;
  browsers: Browsers;
  /** @throws UNAUTHENTICATED, SIGN_IN_UNAVAILABLE */
  signIn: Authenticator;
  issuerSignIn?: IssuerSignIn | undefined;
  routes: RouteBook;
}

const Account = z.object({ username: z.string(), password: z.string() });

/**
 * Sign-in for browsers: `POST /graphql/session` with `{username, password}` sets a cookie that scripts can't read and
 * other sites can't send. `DELETE` ends the session and removes the cookie; at an issuer
 * the user may be signed in still, and the answer says where to end that: `{signOutUrl}`.
 */
export function sessionRoutes(router: Router, options: SessionOptions): void {
  const { platform, proxies, browsers, signIn, issuerSignIn, routes } = options;
  const begin = async (request: Request, response: Response) => {
    browsers.requireOwnPage(request);
    // A form of another site can't send such a body.
    if (!isOfType(request.headers['content-type'], ['application/json']))
      throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'A body must be application/json in UTF-8.');
    const { success, data } = Account.safeParse(await readJsonBody(request, LONGEST_BODY));
    if (!success) throw new Refusal(400, 'BAD_REQUEST', 'The body must be {"username": …, "password": …}.');
    const origin = graphqlOriginOf(proxies, request);
    const password = Buffer.from(`${data.username}:${data.password}`).toString('base64');
    const caller = await signIn(`Basic ${password}`, origin).catch(withoutChallenge);
    const session = await beginSession(contextFor(platform, caller, origin));
    setSessionCookie(request, response, session);
    response.json({ expiresAt: session.expiresAt });
  };
  const end = async (request: Request, response: Response) => {
    browsers.requireOwnPage(request);
    const token = sessionTokenOf(request);
    const origin = graphqlOriginOf(proxies, request);
    const caller = token ? await signIn({ session: token }, origin).catch(unlessUnauthenticated) : undefined;
    if (caller && token) await endSession(contextFor(platform, caller, origin), token);
    response.clearCookie(SESSION_COOKIE, cookieOf(request));
    const isByIssuer = caller?.kind === 'TOKEN';
    const url =
      isByIssuer && (await issuerSignIn?.signOutUrl(`${proxies.baseUrlOf(request)}/`).catch(unlessKnown));
    if (url) response.json({ signOutUrl: String(url) });
    else response.status(204).end();
  };
  const setSessionCookie: OpenIdConnectOptions['setSessionCookie'] = (request, response, session) => {
    response.cookie(SESSION_COOKIE, session.token, { ...cookieOf(request), expires: session.expiresAt });
  };
  /** A cookie that was set over HTTPS is sent only over HTTPS. */
  const cookieOf = (request: IncomingMessage) => ({
    httpOnly: true,
    sameSite: 'strict' as const,
    secure: proxies.baseUrlOf(request).startsWith('https:'),
    path: proxies.basePathOf(request) || '/',
  });

  router.use(PATH, (_request, response, next) => {
    setProtocolHeaders(response);
    next();
  });
  openIdConnectRoutes(router, { proxies, issuerSignIn, setSessionCookie, routes });
  const serve = notedRoutes(router, routes);
  serve('post', PATH, SIGN_IN, begin);
  serve('delete', PATH, SIGN_OUT, end);
  router.all(PATH, (_request, response) => void response.set('Allow', 'POST, DELETE').status(405).end());
}

/** A challenge would make the browser open its own dialog. */
function withoutChallenge(error: unknown): never {
  if (isUnauthenticated(error))
    throw new Refusal(401, 'UNAUTHENTICATED', 'The name or the password is wrong.');
  throw error;
}

/** The issuer is away: whoever signs out is signed out here all the same. */
function unlessKnown(error: unknown): undefined {
  if (!domainErrorOf(error)) throw error;
}

/** To sign out of an expired session is no error. */
function unlessUnauthenticated(error: unknown): undefined {
  if (!isUnauthenticated(error)) throw error;
}
