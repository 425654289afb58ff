import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { certify, type Signed } from './certificates.ts';
import type { Client, Request } from './server.ts';

/** The settings of a server that ends TLS, its files, and what removes them. */
export async function tlsFiles(name = 'localhost') {
  const folder = mkdtempSync(join(tmpdir(), 'muster-tls-'));
  const files = { MUSTER_TLS_CERT: join(folder, 'tls.crt'), MUSTER_TLS_KEY: join(folder, 'tls.key') };
  const { cert, key } = await certify(name);
  writeFileSync(files.MUSTER_TLS_CERT, cert);
  writeFileSync(files.MUSTER_TLS_KEY, key);
  return { folder, files, remove: () => rmSync(folder, { recursive: true }) };
}

export interface TlsAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The common name in the server's certificate. */
  server: string;
  /** Whether the handshake went on from a session before. */
  resumed: boolean;
  /** What a client may offer to go on from. */
  session: Buffer | undefined;
}

export interface TlsOptions {
  /** The device's certificate, then those of CAs between. */
  show?: readonly Signed[];
  headers?: Record<string, string>;
  method?: string;
  body?: string | Buffer;
  agent?: Agent;
  session?: Buffer | undefined;
  maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** Sends a request in a handshake of its own, unless it has an agent. */
export function overTls(
  url: string,
  { show = [], body, agent, ...options }: TlsOptions = {},
): Promise<TlsAnswer> {
  const identity = show.length && { cert: show.map(({ cert }) => cert).join(''), key: show[0]!.key };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, ...identity, agent: agent ?? false, rejectUnauthorized: false });
    let session: Buffer | undefined;
    sent.once('socket', (socket) => socket.on('session', (offered: Buffer) => (session = offered)));
    sent.once('error', reject);
    sent.once('response', async (response) => {
      const socket = response.socket as TLSSocket;
      const server = socket.getPeerCertificate().subject?.CN;
      const resumed = socket.isSessionReused();
      let text = '';
      for await (const chunk of response) text += chunk;
      const { statusCode, headers } = response;
      resolve({ status: statusCode!, headers, text, server: String(server), resumed, session });
    });
    sent.end(body);
  });
}

export const keepAlive = () => new Agent({ keepAlive: true, maxSockets: 1 });

/** As `clientOf`, but over TLS and whoever the server is. */
export const tlsClientOf =
  ({ url }: { url: string }, authorization: string): Client =>
  async (path, { method = 'GET', headers = {}, json, body }: Request = {}) => {
    const { status, text } = await overTls(url + path, {
      method,
      headers: {
        authorization,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? (body as string | undefined) : JSON.stringify(json),
    });
    return {
      status,
      text,
      headers: new Headers(),
      json: /^[{[]/.test(text) ? JSON.parse(text) : undefined,
    };
  };
