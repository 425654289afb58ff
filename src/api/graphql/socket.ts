import type { ServerOptions } from 'graphql-ws';
import { CloseCode, makeServer } from 'graphql-ws';
import type { WebSocket } from 'ws';

/** Bytes that may wait in a socket: beyond, its client asks without reading. */
const UNREAD_AT_MOST = 4 << 20;

/** Speaks graphql-ws on WebSockets. What it answers ends, when a socket is closed, all of its operations. */
export function speakGraphqlWs<Extra extends Record<PropertyKey, unknown>>(
  options: ServerOptions<Record<string, unknown>, Extra>,
  log: (error: unknown) => void,
): (socket: WebSocket, extra: Extra) => void {
  const server = makeServer(options);
  return (socket, extra) => {
    const closed = server.opened(
      {
        protocol: socket.protocol,
        // Resolved when the system has taken it: so a slow reader holds up its own operations, and no memory.
        send: (text) =>
          new Promise((resolve) => {
            if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
            else resolve();
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (hear) =>
          socket.on('message', async (data) => {
            if (socket.bufferedAmount > UNREAD_AT_MOST) return socket.terminate();
            try {
              await hear(String(data));
            } catch (error) {
              log(error);
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            }
          }),
      },
      extra,
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)).catch(log));
    // What the client does wrong is answered by a close code; there is nothing to do about it here.
    socket.on('error', () => {});
  };
}
