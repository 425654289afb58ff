import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { traceParentNow } from '../../../tracing/tracer.ts';
import { ForbiddenAddressError, hostOf, isPublicAddress, publicLookup } from './addresses.ts';

/** What became of an attempt: the receiver's status, and why it doesn't count as taken. */
export interface Outcome {
  status: number | null;
  error: string | null;
  /** The whole answer, where it was asked for and has come. */
  text?: string;
  /** `Retry-After`, as it came. */
  retryAfter?: string;
}

/** What is sent to a receiver outside. */
export interface Outgoing {
  url: string;
  headers: Record<string, string>;
  /** Sent by POST; without one it is a GET. */
  body?: string;
  /** The longest answer that is wanted, in bytes; 0 where only the status is. */
  answerBytes: number;
  patienceMs: number;
  /** By which the receiver is known, and what is shown to it, in PEM; by default what Node.js trusts, and nothing. */
  tls?: Pick<RequestOptions, 'ca' | 'cert' | 'key'>;
}

export interface Requester {
  /** Never throws. */
  request(outgoing: Outgoing): Promise<Outcome>;
  close(): void;
}

export interface RequesterOptions {
  /** Whether it goes to loopback, link-local and private addresses, and by http, too. */
  allowPrivate: boolean;
  /** Further options of the connections: how names are resolved, which authorities are trusted. */
  connection?: Pick<RequestOptions, 'lookup' | 'ca'>;
  /** How long a connection is kept that nobody uses. */
  idleMs?: number;
}

/** A receiver would keep it for ever, and whoever names ever new ones would gather them here. */
const IDLE_MS = 10_000;
/** Of an answer that isn't wanted: what is longer is cut off, and the connection with it. */
const LONGEST_ANSWER = 65_536;
const LONGEST_ERROR = 500;
/** Answers that only announce another one (1xx): a receiver could go on with them without end. */
const MOST_ANNOUNCED = 10;

/**
 * Opens what sends requests to addresses that tenants name. Addresses are checked when a connection is made, so that no
 * name can lead to a forbidden one; redirects are never followed.
 */
export function openRequester({
  allowPrivate,
  connection = {},
  idleMs = IDLE_MS,
}: RequesterOptions): Requester {
  const lookup = allowPrivate ? connection.lookup : publicLookup(connection.lookup);
  const openAgents = (keepAlive: boolean) => ({
    // The agent ends by this only what nobody uses.
    https: new HttpsAgent({ keepAlive, timeout: idleMs, ...connection, ...(lookup && { lookup }) }),
    http: new HttpAgent({ keepAlive, timeout: idleMs }),
  });
  const kept = openAgents(true);
  const fresh = openAgents(false);

  const send = (
    { url, headers, body, answerBytes, tls }: Outgoing,
    { https, http }: ReturnType<typeof openAgents>,
    signal: AbortSignal,
  ) =>
    new Promise<Outcome>((resolve, reject) => {
      const secure = url.startsWith('https:');
      if (!secure && !allowPrivate) throw new Error('is no https URL');
      // An address is connected to without being looked up.
      const host = hostOf(new URL(url));
      if (!allowPrivate && isIP(host) && !isPublicAddress(host)) throw new ForbiddenAddressError();
      const traceparent = traceParentNow();
      const options = {
        method: body === undefined ? 'GET' : 'POST',
        // It keeps connections with other credentials apart.
        agent: secure ? https : http,
        signal,
        ...tls,
        headers: {
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          'user-agent': 'Muster',
          ...headers,
          ...(traceparent && { traceparent }),
        },
      };
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
        // It has answered, whatever becomes of the rest.
        request.off('error', fail).on('error', () => {});
        finish(response, answerBytes, (text) => resolve({ ...outcomeOf(response), ...text }));
      });
      const fail = (error: NodeJS.ErrnoException) =>
        reject(request.reusedSocket && ENDED.has(error.code ?? '') ? new KeptConnectionEnded() : error);
      let announced = 0;
      request.on('information', () => {
        if (++announced > MOST_ANNOUNCED) request.destroy(new Error('does not come to its answer'));
      });
      request.on('error', fail);
      request.end(body);
    });

  /** A receiver may end a kept connection in the moment in which it is used again; whatever is sent may come twice. */
  const sendSurely = async (outgoing: Outgoing): Promise<Outcome> => {
    const signal = AbortSignal.timeout(outgoing.patienceMs);
    try {
      return await send(outgoing, kept, signal);
    } catch (error) {
      if (!(error instanceof KeptConnectionEnded)) throw error;
      return send(outgoing, fresh, signal);
    }
  };

  return {
    request: (outgoing) =>
      sendSurely(outgoing).catch((error: Error) => ({
        status: null,
        error: reasonOf(error, outgoing.patienceMs).slice(0, LONGEST_ERROR),
      })),
    close() {
      for (const { https, http } of [kept, fresh]) {
        https.destroy();
        http.destroy();
      }
    },
  };
}

/** Nothing of an answer has come. */
class KeptConnectionEnded extends Error {}
const ENDED = new Set(['ECONNRESET', 'EPIPE']);

function reasonOf({ name, message }: Error, patienceMs: number): string {
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${patienceMs / 1000} s`;
  return message;
}

/**
 * Reads an answer to its end, so that its connection can be used again; until then the attempt counts as one of those
 * under way, so that a receiver that goes on talking can't gather connections.
 */
function finish(response: IncomingMessage, wanted: number, done: (kept: { text?: string }) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= wanted) chunks.push(chunk);
    if (length > (wanted || LONGEST_ANSWER)) response.destroy();
  });
  response.on('error', () => {});
  response.once('close', () => {
    const isWhole = wanted > 0 && length <= wanted && response.complete;
    done(isWhole ? { text: Buffer.concat(chunks).toString() } : {});
  });
}

/** Taken is what is answered 2xx; whatever else the answer holds doesn't matter. */
function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
  const taken = status >= 200 && status < 300;
  const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  const retryAfter = headers['retry-after'];
  return {
    status,
    error: taken ? null : `was answered ${status}${redirect}`,
    ...(retryAfter !== undefined && { retryAfter }),
  };
}
