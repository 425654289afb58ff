import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { cannotReach, failureOf, reasonOf, type Server } from './server.ts';

/** The upload ended without an answer, and can be continued. */
export class LostConnection extends Error {
  constructor(
    message: string,
    readonly neverConnected: boolean,
  ) {
    super(message);
  }
}

/** The server is busy or starting, or a proxy can't connect to it. */
const AGAIN = new Set([502, 503, 504]);
const NO_SERVER = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Sends a file and waits for the result. An answer that comes before everything is sent counts: it has the reason.
 * @throws LostConnection; Failure if the server refuses
 */
export function upload(
  server: Server,
  path: string,
  { body, type, size }: { body: Readable; type: string; size: number | undefined },
): Promise<RunningImport> {
  const url = new URL(path, server.url);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = {
    ...server.headers,
    'Content-Type': type,
    ...(size !== undefined && { 'Content-Length': size }),
  };
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', headers });
    let answered = false;
    request.on('response', async (response) => {
      answered = true;
      body.unpipe(request);
      body.destroy();
      try {
        let text = '';
        for await (const piece of response.setEncoding('utf8')) text += piece;
        const status = response.statusCode ?? 500;
        if (status === 200) resolve(JSON.parse(text));
        else if (AGAIN.has(status)) reject(new LostConnection(`the server is busy (${status})`, false));
        else reject(failureOf(status, text));
      } catch (error) {
        reject(new LostConnection(`the connection broke (${reasonOf(error)})`, false));
      } finally {
        request.destroy();
      }
    });
    request.on('error', (error) => {
      body.destroy();
      if (answered) return;
      const reason = reasonOf(error);
      const neverConnected = NO_SERVER.has(reason);
      const what = neverConnected ? cannotReach(server.url) : 'the connection broke';
      reject(new LostConnection(`${what} (${reason})`, neverConnected));
    });
    body.on('error', (error) => {
      request.destroy();
      reject(error);
    });
    body.pipe(request);
  });
}

/** An import as the server describes it. */
export interface RunningImport {
  id: number;
  state: string;
  message: string | null;
  dryRun: boolean;
  bytes: number;
  bytesTotal: number | null;
  rows: { read: number; created: number; updated: number; refused: number };
  faults: number;
  warnings: number;
  startedAt: number;
}
