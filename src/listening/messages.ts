import { IncomingMessage, type ServerResponse } from 'node:http';
import { hasBody } from '../api/body.ts';

const UPGRADE = Symbol('upgrade');

/**
 * A request asks for nothing but a WebSocket when it offers to upgrade: Java's clients offer HTTP/2 in every first
 * request, and must get their answer.
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

/** Whether something of the body has still to come. */
export const isUnfinished = (request: IncomingMessage): boolean => !request.complete && hasBody(request);

/**
 * An error that is answered before the body has come is the connection's last answer: who sends on for ever must not
 * keep it. Most clients read only when they have sent all, so what comes is read for a while, and thrown away. Not a
 * class of responses: Express gives each another prototype.
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

/** Lets Node.js only say goodbye when the answer is sent; a timeout ends the connection. */
function closeGently(request: IncomingMessage): void {
  const { socket } = request;
  socket.destroySoon = () => {
    request.unpipe();
    request.resume();
    socket.end();
  };
}
