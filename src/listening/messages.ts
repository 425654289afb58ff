import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { hasBody } from '../api/body.ts';

const UPGRADE = Symbol('upgrade');

/** The classes of a server's requests and answers. */
export interface Messages {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse<IncomingMessage>;
}

export function newMessages(): Messages {
  /**
   * Only an upgrade to WebSocket counts as one: Java's clients offer HTTP/2 in every first request and need a normal
   * answer.
   */
  class Incoming extends IncomingMessage {
    [UPGRADE] = false;
    get upgrade(): boolean {
      return this[UPGRADE] && this.headers.upgrade?.toLowerCase() === 'websocket';
    }
    set upgrade(offered: boolean) {
      this[UPGRADE] = offered;
    }
  }
  /**
   * Closes the connection after an error that is answered before the whole body has come, so that a client that sends for
   * ever can't keep it. Most clients read only after they have sent everything, so the body is read for a while and thrown
   * away.
   */
  class Outgoing extends ServerResponse {
    // biome-ignore lint/suspicious/noExplicitAny: it has several forms, and each is passed on as it is
    override writeHead(status: number, ...rest: any[]): this {
      if (status >= 400 && isUnfinished(this.req)) {
        this.setHeader('Connection', 'close');
        closeGently(this.req);
      }
      return super.writeHead(status, ...rest);
    }
  }
  return { IncomingMessage: Incoming, ServerResponse: Outgoing };
}

/**
 * Puts what Express adds to messages into their classes. Otherwise it would give each message another prototype, after
 * which V8 knows no longer where its properties are: that is a fifth of the processor time of a small request.
 */
export function addExpress(app: Express, { IncomingMessage, ServerResponse }: Messages): void {
  Object.setPrototypeOf(IncomingMessage.prototype, app.request);
  Object.setPrototypeOf(ServerResponse.prototype, app.response);
  Object.assign(app, { request: IncomingMessage.prototype, response: ServerResponse.prototype });
}

/** Whether a part of the body hasn't come yet. */
export const isUnfinished = (request: IncomingMessage): boolean => !request.complete && hasBody(request);

/** Only half-closes the connection when the answer is sent; a timeout ends it. */
function closeGently(request: IncomingMessage): void {
  const { socket } = request;
  socket.destroySoon = () => {
    request.unpipe();
    request.resume();
    socket.end();
  };
}
