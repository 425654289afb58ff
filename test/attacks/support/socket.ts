import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocket } from 'ws';
import { socketUrlOf } from '../../support/socket.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
type Message = any;

export interface RawSocket {
  socket: WebSocket;
  send(message: object): void;
  /** All that came, in order. */
  messages: Message[];
  /** The first message, come or to come, that has these members; undefined when the socket closes before. */
  message(like: Record<string, unknown>): Promise<Message | undefined>;
  /** The close code; 1006 where it was cut, or never opened. */
  closed: Promise<number>;
}

/** Opens a WebSocket that speaks graphql-ws only as far as it is told to; as if from that address. */
export async function openRawSocket(server: { url: string }, address = '192.0.2.1'): Promise<RawSocket> {
  const socket = new WebSocket(socketUrlOf(server), GRAPHQL_TRANSPORT_WS_PROTOCOL, {
    headers: { 'x-forwarded-for': address },
  });
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  const tell = () => waiting.forEach((look) => void look());
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    tell();
  });
  const opened = new Promise((resolve) => socket.once('open', resolve));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('error', () => {}); // `close` follows
  socket.once('close', tell);
  await Promise.race([opened, closed]);
  return {
    socket,
    messages,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    message: (like) =>
      new Promise((resolve) => {
        const look = () => {
          const found = messages.find((one) =>
            Object.entries(like).every(([key, value]) => one[key] === value),
          );
          if (!found && socket.readyState !== WebSocket.CLOSED) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** The same, signed in, unless it was closed instead. */
export async function openSignedIn(server: { url: string }, authorization: string): Promise<RawSocket> {
  const opened = await openRawSocket(server);
  opened.send({ type: 'connection_init', payload: { authorization } });
  await opened.message({ type: 'connection_ack' });
  return opened;
}
