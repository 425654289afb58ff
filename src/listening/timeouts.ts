import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isUnfinished } from './messages.ts';

/** How long the server waits, in milliseconds. */
export interface Timeouts {
  /** For the headers of a request, and before them for the TLS handshake. */
  head: number;
  /** In each such time `bodyBytes` of a body must come, or its end. */
  bodyWindow: number;
  bodyBytes: number;
  /** For a whole body, unless it is a file: the default of Node.js for every request. */
  body: number;
  /** For any bytes to be sent or received during a request: mostly for the client to read a part of the answer. */
  answer: number;
  /** For the client to close a connection that the server has closed, and for a body that was already answered. */
  linger: number;
}

export const TIMEOUTS: Timeouts = {
  head: 30_000,
  bodyWindow: 30_000,
  bodyBytes: 16_384,
  body: 300_000,
  answer: 600_000,
  linger: 5_000,
};

/** A connection and its state. */
export interface TrackedConnection {
  /** The socket of HTTP: with TLS, the decrypted one. */
  socket: Socket;
  /** Identifies it. */
  name: string;
  /** The address it is counted by. */
  network: string;
  openedAt: number;
  /** When its last request came. */
  usedAt: number;
  /** The response to its last request. */
  response?: ServerResponse<IncomingMessage>;
  /** Whether it has changed to another protocol. */
  upgraded: boolean;
  received: BodyProgress;
  /** When the server first saw that it had closed it, or had answered before the whole body came. */
  endedAt?: number | undefined;
}

/** How many bytes of a body had come at a time. */
export interface BodyProgress {
  at: number;
  bytes: number;
}

/** Which timeout a connection has exceeded. */
export type ConnectionFault = 'head' | 'body' | 'answer' | 'linger';

/** Paths that take files: these may take hours, as long as bytes come. */
const FILES =
  /^\/(?:imports(?:\?|$)|uploads\/[^/?]+(?:\?|$)|rest\/v1\/softwaremodules\/[^/?]+\/artifacts(?:\?|$))/;
const takesFile = ({ url = '', method }: IncomingMessage) =>
  (method === 'POST' || method === 'PUT') && FILES.test(url);

/** Which timeout a connection has exceeded, if any. It is called about once a second, and updates the state. */
export function connectionFaultOf(
  connection: TrackedConnection,
  timeouts: Timeouts,
  now: number,
): ConnectionFault | undefined {
  const { socket, response } = connection;
  if (!response) {
    // Node.js ends most of these sooner, with an answer.
    if (!connection.upgraded && now - connection.openedAt > 2 * timeouts.head + 1_000) return 'head';
  } else if (
    isUnfinished(response.req) &&
    !response.writableFinished &&
    isBodyLate(connection, timeouts, now)
  )
    return 'body';
  const isOver = socket.writableEnded || (response?.writableFinished && isUnfinished(response.req));
  connection.endedAt = isOver ? (connection.endedAt ?? now) : undefined;
  return connection.endedAt !== undefined && now - connection.endedAt > timeouts.linger
    ? 'linger'
    : undefined;
}

function isBodyLate(connection: TrackedConnection, timeouts: Timeouts, now: number): boolean {
  const { socket, response, received } = connection;
  const request = response!.req;
  if (!takesFile(request) && now - connection.usedAt > timeouts.body) return true;
  // Bytes that we haven't read yet are our own delay.
  const isNew = received.at < connection.usedAt || request.readableLength > 0;
  if (!isNew && now - received.at < timeouts.bodyWindow) return false;
  if (!isNew && socket.bytesRead - received.bytes < timeouts.bodyBytes) return true;
  connection.received = { at: now, bytes: socket.bytesRead };
  return false;
}

/** Whether a connection only waits for another request. */
export const isIdle = ({ response, upgraded }: TrackedConnection): boolean =>
  !upgraded && response !== undefined && response.writableFinished && !isUnfinished(response.req);
