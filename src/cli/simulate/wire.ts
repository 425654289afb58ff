import { createHash } from 'node:crypto';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { reasonOf } from '../server.ts';

/** Why a request of a device got no good answer, and for how long to let the server be. */
export class DeviceError extends Error {
  constructor(
    message: string,
    readonly status?: number,
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

export interface Download {
  bytes: number;
  sha256: string;
}

/** The requests of all devices. They share a limited number of connections, and wait for a free one. */
export interface Wire {
  /** @returns the body, or undefined if it has none. @throws DeviceError for every other status than 2xx */
  send(method: 'GET' | 'POST' | 'PUT', url: string, body?: object): Promise<Json | undefined>;
  /** Reads a file without keeping it. @throws DeviceError */
  download(url: string): Promise<Download>;
  /** Breaks what is under way. */
  close(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: what the device API answers
export type Json = any;

const TIMEOUT_MS = 30_000;
const LONGEST_ANSWER = 4 << 20;

/** The token goes to the server of `base` only: links to files may lead elsewhere. */
export function openWire(base: URL, gatewayToken: string, connections: number): Wire {
  const options = { keepAlive: true, maxSockets: connections };
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
  const ask = (method: string, address: string, body?: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL(address);
      const headers = {
        Accept: 'application/hal+json, */*;q=0.1',
        ...(url.origin === base.origin && { Authorization: `GatewayToken ${gatewayToken}` }),
        ...(body !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
        }),
      };
      const send = url.protocol === 'https:' ? requestHttps : requestHttp;
      const agent = agents[url.protocol === 'https:' ? 'https:' : 'http:'];
      const request = send(url, { method, headers, agent, timeout: TIMEOUT_MS }, resolve);
      request.on('timeout', () => request.destroy(new Error('timeout')));
      request.on('error', (error) => reject(new DeviceError(reasonOf(error))));
      request.end(body);
    });
  return {
    async send(method, url, body) {
      const response = await ask(method, url, body && JSON.stringify(body));
      const text = await textOf(response);
      requireGood(response);
      return text ? JSON.parse(text) : undefined;
    },
    async download(url) {
      const response = await ask('GET', url);
      if (response.statusCode !== 200) response.resume();
      requireGood(response);
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const piece of broken(response)) {
        hash.update(piece);
        bytes += piece.length;
      }
      return { bytes, sha256: hash.digest('hex') };
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of broken(response)) {
    length += piece.length;
    if (length > LONGEST_ANSWER) throw new DeviceError('an answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** The pieces of an answer. @throws DeviceError if the connection breaks */
async function* broken(response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* response;
  } catch (error) {
    throw new DeviceError(reasonOf(error));
  }
}

function requireGood({ statusCode = 500, headers }: IncomingMessage): void {
  if (statusCode < 300) return;
  const seconds = Number(headers['retry-after']);
  throw new DeviceError(`status ${statusCode}`, statusCode, seconds > 0 ? seconds * 1000 : 0);
}
