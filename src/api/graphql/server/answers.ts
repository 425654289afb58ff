import type { IncomingMessage, ServerResponse } from 'node:http';
import { domainErrorOf } from '../../../services/shared/domain-error-of.ts';
import { UnreadBody } from '../../body.ts';
import { ForeignPage, isOfPage } from '../../browsers.ts';
import { retryAfterOf } from '../../hawkbit-errors.ts';
import { challengeOf } from '../../http.ts';
import { negotiator } from '../../media-types.ts';

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';
const HTML = 'text/html';

const chooseAnswer = negotiator([JSON_TYPE, GRAPHQL_TYPE]);
const chooseAnswerOrPage = negotiator([JSON_TYPE, GRAPHQL_TYPE, HTML]);

/** Whether the client is a browser that prefers a page. */
export const wantsPage = ({ headers }: IncomingMessage): boolean =>
  chooseAnswerOrPage(headers.accept)?.type === HTML;

/** The type of the answer; undefined if the client accepts none of ours. */
export const answerTypeOf = ({ headers }: IncomingMessage): string | undefined =>
  chooseAnswer(headers.accept)?.type;

/** Why a request is refused before GraphQL. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The codes for bodies that aren't read to their end. */
const UNREAD = { 400: 'BAD_REQUEST', 413: 'BODY_TOO_LARGE', 415: 'UNSUPPORTED_MEDIA_TYPE' } as const;

/** The statuses of errors before an operation starts; after all others the client may try again. */
const STATUSES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  SIGN_IN_THROTTLED: 429,
  TOO_MANY_REQUESTS: 429,
};

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const known = domainErrorOf(error);
  if (known) return new Refusal(STATUSES[known.code] ?? 503, known.code, known.message);
  if (error instanceof ForeignPage) return new Refusal(error.status, 'FORBIDDEN', error.message);
  if (error instanceof UnreadBody)
    return new Refusal(error.status, UNREAD[error.status], `${error.message}.`);
  const status = Number((error as { status?: unknown } | null)?.status);
  if (!(status >= 400 && status < 500)) return undefined;
  return new Refusal(status, 'BAD_REQUEST', 'The request cannot be read.');
}

const UNFORESEEN = new Refusal(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here; it was logged.');

/** Answers, in GraphQL's form, errors outside of GraphQL's own error handling. */
export function sendFailure(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  log: (error: unknown) => void,
): void {
  if (response.headersSent) return void response.destroy();
  const refusal = refusalOf(error);
  if (!refusal) log(error);
  const { status, code, message } = refusal ?? UNFORESEEN;
  const known = domainErrorOf(error);
  if (known) {
    if (status === 401)
      response.setHeader('WWW-Authenticate', challengeOf(known, 'Muster', isOfPage(request)));
    for (const [name, value] of Object.entries(retryAfterOf(known))) response.setHeader(name, value);
  }
  const type = answerTypeOf(request) ?? JSON_TYPE;
  response.statusCode = status;
  response.setHeader('Content-Type', `${type}; charset=utf-8`);
  response.end(`${JSON.stringify({ errors: [{ message, extensions: { code } }] })}\n`);
}
