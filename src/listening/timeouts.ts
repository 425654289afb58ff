import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isUnfinished } from './messages.ts';

/** How long is waited for what, in milliseconds. */
export interface Timeouts {
  /** For the head of a request, and before it for TLS to be agreed on. */
  head: number;
  /** In each such time a body must bring `bodyBytes` or its end. */
  bodyWindow: number;
  bodyBytes: number;
  /** For all of a body, unless it is a file: as long as Node.js gives every request. */
  body: number;
  /** For anything to move while there is a request: mostly for the other side to take in a little of the answer. */
  answer: number;
  /** For the other side to close what was closed here, and for a body that was answered already. */
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

/** A connection, and what is known of it. */
export interface TrackedConnection {
  /** As HTTP sees it: of TLS, what is inside. */
  socket: Socket;
  /** Tells it from all others. */
  name: string;
  /** The address it is counted by. */
  network: string;
  openedAt: number;
  /** When its last request came. */
  usedAt: number;
  /** To its last request. */
  response?: ServerResponse<IncomingMessage>;
  /** Whether it speaks another protocol by now. */
  upgraded: boolean;
  received: BodyProgress;
  /** When it was seen first that it was closed here, or answered before all had come. */
  endedAt?: number | undefined;
}

/** How far something was at a time. */
export interface BodyProgress {
  at: number;
  bytes: number;
}

/** Why a connection is given up. */
export type ConnectionFault = 'head' | 'body' | 'answer' | 'linger';

/** Where files come in: they may take hours, as long as they come. */
const FILES =
  /^\/(?:imports(?:\?|$)|uploads\/[^/?]+(?:\?|$)|rest\/v1\/softwaremodules\/[^/?]+\/artifacts(?:\?|$))/;
const takesFile = ({ url = '', method }: IncomingMessage) =>
  (method === 'POST' || method === 'PUT') && FILES.test(url);

/** What is wrong with a connection by now, if anything; asked about once a second, it notes how far things are. */
export function connectionFaultOf(
  connection: TrackedConnection,
  timeouts: Timeouts,
  now: number,
): ConnectionFault | undefined {
  const { socket, response } = connection;
  if (!response) {
    // Node.js ends most of these sooner, and says why.
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
  // What waits here to be read is our own delay.
  const isNew = received.at < connection.usedAt || request.readableLength > 0;
  if (!isNew && now - received.at < timeouts.bodyWindow) return false;
  if (!isNew && socket.bytesRead - received.bytes < timeouts.bodyBytes) return true;
  connection.received = { at: now, bytes: socket.bytesRead };
  return false;
}

/** Whether a connection only waits for another request. */
export const isIdle = ({ response, upgraded }: TrackedConnection): boolean =>
  !upgraded && response !== undefined && response.writableFinished && !isUnfinished(response.req);
