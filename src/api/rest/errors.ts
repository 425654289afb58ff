import type { ErrorRequestHandler, Request, Response } from 'express';
import type { DomainError } from '../../errors.ts';
import { domainErrorOf } from '../../services/shared/domain-error-of.ts';
import { isOfPage } from '../browsers.ts';
import { errorAnswer } from '../hawkbit-errors.ts';
import { challengeOf } from '../http.ts';
import { sendFault, sendWebError } from '../media.ts';

/** Answers 401 as for any path without credentials. */
function sendUnauthenticated(request: Request, response: Response, error: DomainError): void {
  const challenge = challengeOf(error, 'hawkBit', isOfPage(request));
  sendWebError(response.set('WWW-Authenticate', challenge), 401);
}

/** An error that the body parser or Express itself raised: it has a status of its own. */
const statusOf = (error: unknown): number | undefined => {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
};

/** Whether its sender went away before all of it had come: nobody is left to be answered, and nothing went wrong here. */
const isBrokenOff = (request: Request) => request.destroyed && !request.complete;

/** Turns whatever a route threw into an answer; only what nobody foresaw is logged. */
export const answerErrors =
  (log: (error: unknown) => void): ErrorRequestHandler =>
  (error, request, response, _next) => {
    if (isBrokenOff(request)) return void response.destroy();
    if (response.headersSent) return void response.destroy(error);
    const known = domainErrorOf(error);
    if (known) {
      if (known.code === 'UNAUTHENTICATED') return sendUnauthenticated(request, response, known);
      const { status, headers, body } = errorAnswer(known);
      return sendFault(response.status(status).set(headers), body);
    }
    const status = statusOf(error) ?? 500;
    if (status === 500) log(error);
    sendWebError(response, status, status < 500 ? (error as Error).message : undefined);
  };
