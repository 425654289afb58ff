import { CloseCode, makeServer, type ServerOptions, stringifyMessage } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';

/** Bytes that may wait in a socket: with more, the client sends requests but doesn't read. */
const UNREAD_AT_MOST = 4 << 20;
/** Messages that a client may send at once, and then each second. More are read later. */
const AT_ONCE = 200;
const A_SECOND = 50;
/** Bytes of a message before the connection is signed in. */
const UNAUTHENTICATED_BYTES = 1 << 14;
const MESSAGE_TOO_BIG = 1009;
const GOODBYE_MS = 1_000;
/** Bytes that the reason of a close frame may have. */
const REASON_BYTES = 123;

/** A client of the protocol. */
export interface Speaker extends Record<PropertyKey, unknown> {
  /** Set when the connection is signed in. */
  caller?: unknown;
}

/** Closes a connection, and cuts it if the client doesn't answer, to make room for others. */
export function closeFirmly(socket: WebSocket, code: number, reason: string): void {
  const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.close(code, Buffer.byteLength(reason) > REASON_BYTES ? '' : reason);
}

/** Speaks graphql-ws on WebSockets. When a socket is closed, all of its operations end. */
export function speakGraphqlWs<Extra extends Speaker>(
  options: ServerOptions<Record<string, unknown>, Extra>,
  log: (error: unknown) => void,
): (socket: WebSocket, extra: Extra) => void {
  const server = makeServer(options);
  return (socket, extra) => {
    const send = (text: string) =>
      // Resolves when the system has taken it, so that a slow client delays its own operations and takes no memory.
      new Promise<void>((resolve) => {
        if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
        else resolve();
      });
    const close = (code: number, reason: string) => closeFirmly(socket, code, reason);
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send,
        close,
        onPing: async (payload) => {
          const pong = pongOf(payload);
          if (pong) await send(pong);
          else close(CloseCode.BadRequest, 'Invalid message received');
        },
        onMessage: (hear) => {
          const slowDown = brake(socket);
          socket.on('message', async (data) => {
            if (socket.readyState !== socket.OPEN) return;
            if (socket.bufferedAmount > UNREAD_AT_MOST) return socket.terminate();
            slowDown();
            if (!extra.caller && sizeOf(data) > UNAUTHENTICATED_BYTES)
              return close(MESSAGE_TOO_BIG, 'Too much for one who is not signed in');
            try {
              await hear(String(data));
            } catch (error) {
              if (isForServer(error)) return close(CloseCode.BadRequest, 'Invalid message received');
              log(error);
              close(CloseCode.InternalServerError, 'Internal server error');
            }
          });
        },
      },
      extra,
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)).catch(log));
    // A mistake of the client is answered with a close code; there is nothing to do here.
    socket.on('error', () => {});
  };
}

const sizeOf = (data: RawData) =>
  Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;

/** A message of a type that only servers send. The library has no close code for it. */
const isForServer = (error: unknown) =>
  error instanceof Error && error.message.startsWith('Unexpected message of type');

/** Undefined if the payload is nested so deep that it can't be written. */
function pongOf(payload: Record<string, unknown> | undefined): string | undefined {
  try {
    return stringifyMessage({ type: 'pong', ...(payload && { payload }) } as never);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Call it for each message: if a client sends too many, it isn't read for a while. Messages that arrived together with
 * one too many are still answered, and make the pause longer.
 */
function brake(socket: WebSocket): () => void {
  let left = AT_ONCE;
  let seen = performance.now();
  const refill = () => {
    const now = performance.now();
    left = Math.min(AT_ONCE, left + ((now - seen) / 1000) * A_SECOND);
    seen = now;
  };
  const goOn = () => {
    refill();
    if (left < 0) wait();
    else socket.resume();
  };
  const wait = () => void setTimeout(goOn, Math.ceil((-left / A_SECOND) * 1000)).unref();
  return () => {
    refill();
    left--;
    if (left >= 0 || socket.isPaused) return;
    socket.pause();
    wait();
  };
}
