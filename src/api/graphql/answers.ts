import type { ErrorRequestHandler, Request, Response } from 'express';
import Negotiator from 'negotiator';
import type { DomainError } from '../../errors.ts';
import { challengeOf } from '../http.ts';

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';
const HTML = 'text/html';

/** Whether the client, a browser, would rather have a page. */
export const wantsPage = (request: Request): boolean =>
  new Negotiator(request).mediaType([JSON_TYPE, GRAPHQL_TYPE, HTML]) === HTML;

/** Whether the client takes what is produced here. */
export const takesAnswer = (request: Request): boolean =>
  new Negotiator(request).mediaType([JSON_TYPE, GRAPHQL_TYPE]) !== undefined;

/** Answers an HTTP error in GraphQL's shape. */
export function sendError(
  request: Request,
  response: Response,
  status: number,
  code: string,
  message: string,
): void {
  const type = new Negotiator(request).mediaType([JSON_TYPE, GRAPHQL_TYPE]) ?? JSON_TYPE;
  response
    .status(status)
    .type(`${type}; charset=utf-8`)
    .send(`${JSON.stringify({ errors: [{ message, extensions: { code } }] })}\n`);
}

/** Answers why nobody could be signed in. */
export function sendSignInError(request: Request, response: Response, error: DomainError): void {
  if (error.code === 'UNAUTHENTICATED') response.set('WWW-Authenticate', challengeOf(error, 'Muster'));
  sendError(request, response, error.code === 'UNAUTHENTICATED' ? 401 : 503, error.code, error.message);
}

const REFUSALS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  413: ['BODY_TOO_LARGE', 'The body is larger than is allowed.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'The body is encoded in a way that is not read here.'],
};

/** Answers what happened before GraphQL's own error handling began. */
export const answerErrors =
  (log: (error: unknown) => void): ErrorRequestHandler =>
  (error, request, response, _next) => {
    if (response.headersSent) return void response.destroy(error);
    const status = Number((error as { status?: unknown } | null)?.status);
    if (status >= 400 && status < 500) {
      const [code, message] = REFUSALS[status] ?? ['BAD_REQUEST', 'The request cannot be read.'];
      return sendError(request, response, status, code, message);
    }
    log(error);
    sendError(request, response, 500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here; it was logged.');
  };
