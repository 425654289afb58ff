import { IncomingMessage, type ServerResponse } from 'node:http';
import { hasBody } from '../api/body.ts';

const UPGRADE = Symbol('upgrade');

/**
 * Only an upgrade to WebSocket counts as one: Java's clients offer HTTP/2 in every first request and need a normal
 * answer.
 */
export class Incoming extends IncomingMessage {
  [UPGRADE] = false;
  get upgrade(): boolean {
    return this[UPGRADE] && this.headers.upgrade?.toLowerCase() === 'websocket';
  }
  set upgrade(offered: boolean) {
    this[UPGRADE] = offered;
  }
}

/** Whether a part of the body hasn't come yet. */
export const isUnfinished = (request: IncomingMessage): boolean => !request.complete && hasBody(request);

/**
 * Closes the connection after an error that is answered before the whole body has come, so that a client that sends for
 * ever can't keep it. Most clients read only after they have sent everything, so the body is read for a while and thrown
 * away. This is no class of responses, because Express gives each response another prototype.
 */
export function closeAfterError(request: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(request)) return;
  const { writeHead } = response;
  // biome-ignore lint/suspicious/noExplicitAny: it has several forms, and each is passed on as it is
  response.writeHead = (status: number, ...rest: any[]) => {
    if (status >= 400 && isUnfinished(request)) {
      response.setHeader('Connection', 'close');
      closeGently(request);
    }
    return writeHead.call(response, status, ...rest);
  };
}

/** Only half-closes the connection when the answer is sent; a timeout ends it. */
function closeGently(request: IncomingMessage): void {
  const { socket } = request;
  socket.destroySoon = () => {
    request.unpipe();
    request.resume();
    socket.end();
  };
}
