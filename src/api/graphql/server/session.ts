import type { IncomingMessage } from 'node:http';
import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { isUnauthenticated } from '../../../errors.ts';
import type { Authenticator } from '../../../services/access/authenticate.ts';
import { beginSession } from '../../../services/access/sessions/begin.ts';
import { endSession } from '../../../services/access/sessions/end.ts';
import type { Platform } from '../../../services/shared/context.ts';
import { type Browsers, SESSION_COOKIE, sessionTokenOf } from '../../browsers.ts';
import { PROTOCOL_HEADERS, type Proxies } from '../../http.ts';
import { isOfType } from '../../media-types.ts';
import { Refusal } from './answers.ts';
import { readJsonBody } from './body.ts';
import { originOf } from './context.ts';

const PATH = '/session';
const LONGEST_BODY = 4096;

export interface SessionOptions {
  platform: Platform;
  proxies: Pick<Proxies, 'addressOf' | 'baseUrlOf' | 'basePathOf'>;
  browsers: Browsers;
  /** @throws UNAUTHENTICATED, SIGN_IN_UNAVAILABLE */
  signIn: Authenticator;
}

const Account = z.object({ username: z.string(), password: z.string() });

/**
 * Sign-in for browsers: `POST /graphql/session` with `{username, password}` sets a cookie that scripts can't read and
 * other sites can't send. `DELETE` ends the session and removes the cookie.
 */
export function sessionRoutes(router: Router, { platform, proxies, browsers, signIn }: SessionOptions): void {
  const begin = async (request: Request, response: Response) => {
    browsers.requireOwnPage(request);
    // A form of another site can't send such a body.
    if (!isOfType(request.headers['content-type'], ['application/json']))
      throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'A body must be application/json in UTF-8.');
    const { success, data } = Account.safeParse(await readJsonBody(request, LONGEST_BODY));
    if (!success) throw new Refusal(400, 'BAD_REQUEST', 'The body must be {"username": …, "password": …}.');
    const origin = originOf(proxies, request);
    const password = Buffer.from(`${data.username}:${data.password}`).toString('base64');
    const caller = await signIn(`Basic ${password}`, origin).catch(withoutChallenge);
    const { token, expiresAt } = await beginSession({ ...platform, caller, origin });
    response.cookie(SESSION_COOKIE, token, { ...cookieOf(request), expires: expiresAt }).json({ expiresAt });
  };
  const end = async (request: Request, response: Response) => {
    browsers.requireOwnPage(request);
    const token = sessionTokenOf(request);
    const origin = originOf(proxies, request);
    const caller = token && (await signIn({ session: token }, origin).catch(unlessUnauthenticated));
    if (caller) await endSession({ ...platform, caller, origin }, token);
    response.clearCookie(SESSION_COOKIE, cookieOf(request)).status(204).end();
  };
  /** A cookie that was set over HTTPS is sent only over HTTPS. */
  const cookieOf = (request: IncomingMessage) => ({
    httpOnly: true,
    sameSite: 'strict' as const,
    secure: proxies.baseUrlOf(request).startsWith('https:'),
    path: proxies.basePathOf(request) || '/',
  });

  router.use(PATH, (_request, response, next) => {
    response.set(PROTOCOL_HEADERS);
    next();
  });
  router.post(PATH, begin);
  router.delete(PATH, end);
  router.all(PATH, (_request, response) => void response.set('Allow', 'POST, DELETE').status(405).end());
}

/** A challenge would make the browser open its own dialog. */
function withoutChallenge(error: unknown): never {
  if (isUnauthenticated(error))
    throw new Refusal(401, 'UNAUTHENTICATED', 'The name or the password is wrong.');
  throw error;
}

/** To sign out of an expired session is no error. */
function unlessUnauthenticated(error: unknown): undefined {
  if (!isUnauthenticated(error)) throw error;
}
