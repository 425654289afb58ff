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

/** Why the server ended a connection: there were too many, it made room for another, or a timeout. */
export type Ended = ConnectionFault | 'full' | 'room';

export interface ConnectionsOptions {
  caps: Caps;
  timeouts: Timeouts;
  /** A trusted proxy has no cap of its own: the connections of all its clients come from its address. */
  isTrusted: (address: string) => boolean;
  /** Called each time that there is no room for another connection: at all, or from one network. */
  onFull: (network: string | undefined) => void;
}

/** The connections of this process. */
export interface Connections {
  /** Takes a new connection, or ends it if there is no room. */
  open(socket: Socket): void;
  /** The decrypted socket of a connection, after the TLS handshake. */
  decipher(inside: Socket): void;
  /** A connection has its next request. */
  serve(request: IncomingMessage, response: ServerResponse<IncomingMessage>): void;
  /** A connection changes to another protocol. */
  upgrade(socket: Socket): void;
  /** Nothing was sent or received on it for the timeout that Node.js has. */
  expire(socket: Socket): void;
  size(): number;
  /** How many the server has ended, by reason. */
  ended: ReadonlyMap<Ended, number>;
  /** Destroys them all. */
  cut(): void;
  /** Stops watching them. */
  close(): void;
}

/** The connections of one address, or of one IPv6 network. */
interface Network {
  tracked: Set<TrackedConnection>;
  findIdle: () => TrackedConnection | undefined;
}

const LOOK_EVERY_MS = 1_000;
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Keeps the connections below their caps, and ends those that exceed a timeout. */
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
  /** Whether there is room for another; if not, it tries to end an unused one. */
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

/** Identifies a connection, encrypted or decrypted. */
const nameOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket) =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
