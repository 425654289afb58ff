import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { traceIdNow } from '../tracing/tracer.ts';

const HEADER = 'X-Request-Id';
const ID = Symbol('id of the request');
type Identified = IncomingMessage & { [ID]?: string };

/** Ids that are safe in a header, a log and the audit trail. */
const USABLE = /^[\w.:/+=@-]{1,128}$/;

const givenId = ({ headers }: IncomingMessage): string | undefined => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && USABLE.test(given) ? given : undefined;
};

/** The id of a request that has one. */
export const requestIdOf = (request: IncomingMessage): string | undefined => (request as Identified)[ID];

/**
 * Gives a request an id, which the answer, the log and the audit trail show: that of its `X-Request-Id`, or a new one.
 * A poll has none of its own: it would cost more than it tells.
 */
export function identify(request: IncomingMessage, response?: ServerResponse, isPoll = false): void {
  const id = givenId(request) ?? (isPoll ? undefined : randomUUID());
  if (id === undefined) return;
  (request as Identified)[ID] = id;
  response?.setHeader(HEADER, id);
}

/** Tokens in paths open what they name. */
export const withoutSecrets = (url: string) =>
  url.replace(/\?.*/s, '').replace(/^(\/uploads(?:\/imports)?\/).+/, '$1***');

/** Logs a record for each request, at debug; undefined where the log shows none. */
export function requestLog(
  log: Pick<Logger, 'debug' | 'isLevelEnabled'>,
  addressOf: (request: IncomingMessage) => string,
): ((request: IncomingMessage, response: ServerResponse, begunAt: number) => void) | undefined {
  if (!log.isLevelEnabled('debug')) return undefined;
  return (request, response, begunAt) => {
    const { method, url = '' } = request;
    const address = addressOf(request);
    const traceId = traceIdNow();
    response.once('close', () =>
      log.debug(
        {
          requestId: requestIdOf(request),
          ...(traceId && { traceId }),
          method,
          path: withoutSecrets(url),
          status: response.statusCode,
          ms: Math.round((performance.now() - begunAt) * 10) / 10,
          address,
          ...(response.writableFinished ? {} : { cut: true }),
        },
        'a request',
      ),
    );
  };
}
