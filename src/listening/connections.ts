import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../services/access/attempts.ts';
import type { Caps } from './descriptors.ts';
import { idleConnectionFinder } from './idle-connections.ts';
import {
  type ConnectionFault,
  connectionFaultOf,
  isIdle,
  type Timeouts,
  type TrackedConnection,
} from './timeouts.ts';

/** Why a connection was ended here: it was one too many, it made room for another, or a timeout was over. */
export type Ended = ConnectionFault | 'full' | 'room';

export interface ConnectionsOptions {
  caps: Caps;
  timeouts: Timeouts;
  /** All that comes through a trusted proxy are its connections: it has no cap of its own. */
  isTrusted: (address: string) => boolean;
  /** Is told each time that there is no room for another: at all, or of one network. */
  onFull: (network: string | undefined) => void;
}

/** The connections of this process. */
export interface Connections {
  /** Takes another, or ends it where there is no room. */
  open(socket: Socket): void;
  /** What is inside a connection, once TLS is agreed on. */
  decipher(inside: Socket): void;
  /** Its next request. */
  serve(request: IncomingMessage, response: ServerResponse<IncomingMessage>): void;
  /** It speaks another protocol from now on. */
  upgrade(socket: Socket): void;
  /** Nothing has moved on it for as long as Node.js was told to wait. */
  expire(socket: Socket): void;
  size(): number;
  /** How many were ended here so far. */
  ended: ReadonlyMap<Ended, number>;
  /** Cuts them all. */
  cut(): void;
  /** Looks after them no more. */
  close(): void;
}

/** Those of one address, or of IPv6 of one network. */
interface Network {
  tracked: Set<TrackedConnection>;
  findIdle: () => TrackedConnection | undefined;
}

const LOOK_EVERY_MS = 1_000;
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Keeps the connections below their caps, and ends those that don't get on. */
export function openConnections({ caps, timeouts, isTrusted, onFull }: ConnectionsOptions): Connections {
  const tracked = new Set<TrackedConnection>();
  const bySocket = new Map<Socket, TrackedConnection>();
  const handshaking = new Map<string, TrackedConnection>();
  const networks = new Map<string, Network>();
  const ended = new Map<Ended, number>();
  const findIdle = idleConnectionFinder(() => tracked);

  const note = (why: Ended) => void ended.set(why, (ended.get(why) ?? 0) + 1);
  const end = (connection: TrackedConnection, why: Ended) => {
    note(why);
    if (why === 'body' && connection.response?.headersSent === false) connection.socket.write(TIMED_OUT);
    connection.socket.destroy();
    remove(connection);
  };
  const remove = (connection: TrackedConnection) => {
    if (!tracked.delete(connection)) return;
    bySocket.delete(connection.socket);
    handshaking.delete(connection.name);
    const network = networks.get(connection.network)!;
    network.tracked.delete(connection);
    if (!network.tracked.size) networks.delete(connection.network);
  };
  const add = (connection: TrackedConnection, network: Network) => {
    tracked.add(connection);
    bySocket.set(connection.socket, connection);
    handshaking.set(connection.name, connection);
    network.tracked.add(connection);
    networks.set(connection.network, network);
    connection.socket.once('close', () => remove(connection));
  };
  /** Whether there is room for another, or could be made. */
  const hasRoom = (count: number, most: number, find: Network['findIdle']) => {
    if (count < most) return true;
    const unused = find();
    if (unused) end(unused, 'room');
    return unused !== undefined;
  };
  const looking = setInterval(() => {
    const now = performance.now();
    for (const connection of tracked) {
      const fault = connectionFaultOf(connection, timeouts, now);
      if (fault) end(connection, fault);
    }
  }, LOOK_EVERY_MS).unref();

  return {
    open(socket) {
      const connection = newConnection(socket);
      const network = networks.get(connection.network) ?? newNetwork();
      const isCapped = !isTrusted(socket.remoteAddress ?? '');
      const hasOwnRoom = !isCapped || hasRoom(network.tracked.size, caps.ofAddress, network.findIdle);
      if (hasOwnRoom && hasRoom(tracked.size, caps.connections, findIdle)) return add(connection, network);
      note('full');
      socket.destroy();
      onFull(hasOwnRoom ? undefined : connection.network);
    },
    decipher(inside) {
      const connection = handshaking.get(nameOf(inside));
      if (!connection) return;
      handshaking.delete(connection.name);
      bySocket.delete(connection.socket);
      connection.socket = inside;
      bySocket.set(inside, connection);
    },
    serve(request, response) {
      const connection = bySocket.get(request.socket);
      if (!connection) return;
      connection.usedAt = performance.now();
      connection.response = response;
    },
    upgrade(socket) {
      const connection = bySocket.get(socket);
      if (connection) connection.upgraded = true;
    },
    expire(socket) {
      const connection = bySocket.get(socket);
      if (connection && !isIdle(connection)) end(connection, 'answer');
      else socket.destroy();
    },
    size: () => tracked.size,
    ended,
    cut() {
      for (const { socket } of tracked) socket.destroy();
    },
    close: () => clearInterval(looking),
  };
}

function newNetwork(): Network {
  const tracked = new Set<TrackedConnection>();
  return { tracked, findIdle: idleConnectionFinder(() => tracked) };
}

function newConnection(socket: Socket): TrackedConnection {
  const now = performance.now();
  return {
    socket,
    name: nameOf(socket),
    network: networkOf(socket.remoteAddress ?? null),
    openedAt: now,
    usedAt: now,
    upgraded: false,
    received: { at: now, bytes: 0 },
  };
}

/** Tells a connection from all others, outside of TLS and inside. */
const nameOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket) =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
