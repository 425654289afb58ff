import { type IncomingHttpHeaders, request } from 'node:http';
import { gzipSync } from 'node:zlib';

export interface Attack {
  /** POST where there is a body, else GET. */
  method?: string;
  /** The header `Authorization`: that of `nobody`, of a device, …; without it the caller is anonymous. */
  as?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array;
  /** Sends the body compressed. */
  gzip?: boolean;
}

export interface AttackAnswer {
  /** 0 where the connection was cut before there was an answer. */
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export type Send = (path: string, attack?: Attack) => Promise<AttackAnswer>;

const PATIENCE_MS = 60_000;

/** Sends requests, each on a connection of its own; takes an answer that comes before the body is sent. */
export const senderOf =
  ({ url }: { url: string }): Send =>
  (path, attack = {}) =>
    new Promise((resolve) => {
      const body = bodyOf(attack);
      const { method = body === undefined ? 'GET' : 'POST', as, json, gzip } = attack;
      const headers = {
        ...(as !== undefined && { authorization: as }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(gzip && { 'content-encoding': 'gzip' }),
        ...(body !== undefined && { 'content-length': String(body.length) }),
        ...attack.headers,
      };
      const cut = (text: string) => resolve({ status: 0, headers: {}, text });
      const sent = request(url + path, { method, headers, agent: false, timeout: PATIENCE_MS });
      sent.once('response', async (response) => {
        let text = '';
        try {
          for await (const chunk of response) text += chunk;
        } catch {
          // The rest of the answer was cut: what there is will do.
        }
        resolve({ status: response.statusCode!, headers: response.headers, text });
        sent.destroy();
      });
      sent.on('error', (error) => cut(error.message));
      sent.once('timeout', () => sent.destroy(new Error('no answer')));
      sent.once('close', () => cut('closed'));
      sent.end(body);
    });

function bodyOf({ json, body, gzip }: Attack): Uint8Array | undefined {
  const plain = json === undefined ? body : JSON.stringify(json);
  if (plain === undefined) return undefined;
  return gzip ? gzipSync(plain) : Buffer.from(plain);
}
