import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { traceParentNow } from '../../../tracing/tracer.ts';
import { ForbiddenAddressError, hostOf, isPublicAddress, publicLookup } from './addresses.ts';
import { signedHeaders } from './sign.ts';

/** What became of an attempt: the receiver's status, and why it doesn't count as taken. */
export interface Outcome {
  status: number | null;
  error: string | null;
}

export interface Sender {
  /** Never throws. `id` is that of the event. */
  send(to: { url: string; secret: string }, id: string, body: string): Promise<Outcome>;
  close(): void;
}

const PATIENCE_MS = 10_000;
/** Of an answer: what is longer is cut off, and the connection with it. */
const LONGEST_ANSWER = 65_536;
const LONGEST_ERROR = 500;

export interface SenderOptions {
  /** Whether it goes to loopback, link-local and private addresses, and by http, too. */
  allowPrivate: boolean;
  clock: () => Date;
  patienceMs?: number;
  /** Further options of the connections: how names are resolved, which authorities are trusted. */
  connection?: Pick<RequestOptions, 'lookup' | 'ca'>;
}

/**
 * Opens what sends events by POST. Addresses are checked when a connection is made, so that no name can lead to a
 * forbidden one; redirects are never followed.
 */
export function openSender({
  allowPrivate,
  clock,
  patienceMs = PATIENCE_MS,
  connection = {},
}: SenderOptions): Sender {
  const lookup = allowPrivate ? connection.lookup : publicLookup(connection.lookup);
  const https = new HttpsAgent({ keepAlive: true, ...connection, ...(lookup && { lookup }) });
  const http = new HttpAgent({ keepAlive: true });

  const post = ({ url, secret }: { url: string; secret: string }, id: string, body: string) =>
    new Promise<Outcome>((resolve, reject) => {
      const secure = url.startsWith('https:');
      if (!secure && !allowPrivate) throw new Error('is no https URL');
      // An address is connected to without being looked up.
      const host = hostOf(new URL(url));
      if (!allowPrivate && isIP(host) && !isPublicAddress(host)) throw new ForbiddenAddressError();
      const traceparent = traceParentNow();
      const options = {
        method: 'POST',
        agent: secure ? https : http,
        signal: AbortSignal.timeout(patienceMs),
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Muster',
          ...signedHeaders(secret, id, clock(), body),
          ...(traceparent && { traceparent }),
        },
      };
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
        // It has answered, whatever becomes of the rest.
        request.off('error', reject).on('error', () => {});
        finish(response, () => resolve(outcomeOf(response)));
      });
      request.on('error', reject);
      request.end(body);
    });

  return {
    send: (to, id, body) =>
      post(to, id, body).catch((error: Error) => ({
        status: null,
        error: reasonOf(error, patienceMs).slice(0, LONGEST_ERROR),
      })),
    close() {
      https.destroy();
      http.destroy();
    },
  };
}

function reasonOf({ name, message }: Error, patienceMs: number): string {
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${patienceMs / 1000} s`;
  return message;
}

/**
 * Reads an answer to its end, so that its connection can be used again; until then the attempt counts as one of those
 * under way, so that a receiver that goes on talking can't gather connections.
 */
function finish(response: IncomingMessage, done: () => void): void {
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_ANSWER) response.destroy();
  });
  response.on('error', () => {});
  response.once('close', done);
}

/** Taken is what is answered 2xx; whatever else the answer holds doesn't matter. */
function outcomeOf(response: IncomingMessage): Outcome {
  const status = response.statusCode ?? 0;
  const taken = status >= 200 && status < 300;
  const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return { status, error: taken ? null : `was answered ${status}${redirect}` };
}
