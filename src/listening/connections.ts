import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../services/access/attempts.ts';
import type { Caps } from './descriptors.ts';
import { type Fault, faultOf, isIdle, type Line, type Patience } from './patience.ts';
import { roomFinder } from './room.ts';

/** Why a connection was ended here: it was one too many, it made room for another, or patience was at its end. */
export type Ended = Fault | 'full' | 'room';

export interface ConnectionsOptions {
  caps: Caps;
  patience: Patience;
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
  lines: Set<Line>;
  findRoom: () => Line | undefined;
}

const LOOK_EVERY_MS = 1_000;
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Keeps the connections below their caps, and ends those that don't get on. */
export function openConnections({ caps, patience, isTrusted, onFull }: ConnectionsOptions): Connections {
  const lines = new Set<Line>();
  const bySocket = new Map<Socket, Line>();
  const handshaking = new Map<string, Line>();
  const networks = new Map<string, Network>();
  const ended = new Map<Ended, number>();
  const findRoom = roomFinder(() => lines);

  const note = (why: Ended) => void ended.set(why, (ended.get(why) ?? 0) + 1);
  const end = (line: Line, why: Ended) => {
    note(why);
    if (why === 'body' && line.response?.headersSent === false) line.socket.write(TIMED_OUT);
    line.socket.destroy();
    remove(line);
  };
  const remove = (line: Line) => {
    if (!lines.delete(line)) return;
    bySocket.delete(line.socket);
    handshaking.delete(line.name);
    const network = networks.get(line.network)!;
    network.lines.delete(line);
    if (!network.lines.size) networks.delete(line.network);
  };
  const add = (line: Line, network: Network) => {
    lines.add(line);
    bySocket.set(line.socket, line);
    handshaking.set(line.name, line);
    network.lines.add(line);
    networks.set(line.network, network);
    line.socket.once('close', () => remove(line));
  };
  /** Whether there is room for another, or could be made. */
  const hasRoom = (count: number, most: number, find: Network['findRoom']) => {
    if (count < most) return true;
    const unused = find();
    if (unused) end(unused, 'room');
    return unused !== undefined;
  };
  const looking = setInterval(() => {
    const now = performance.now();
    for (const line of lines) {
      const fault = faultOf(line, patience, now);
      if (fault) end(line, fault);
    }
  }, LOOK_EVERY_MS).unref();

  return {
    open(socket) {
      const line = newLine(socket);
      const network = networks.get(line.network) ?? newNetwork();
      const isCapped = !isTrusted(socket.remoteAddress ?? '');
      const hasOwnRoom = !isCapped || hasRoom(network.lines.size, caps.ofAddress, network.findRoom);
      if (hasOwnRoom && hasRoom(lines.size, caps.connections, findRoom)) return add(line, network);
      note('full');
      socket.destroy();
      onFull(hasOwnRoom ? undefined : line.network);
    },
    decipher(inside) {
      const line = handshaking.get(nameOf(inside));
      if (!line) return;
      handshaking.delete(line.name);
      bySocket.delete(line.socket);
      line.socket = inside;
      bySocket.set(inside, line);
    },
    serve(request, response) {
      const line = bySocket.get(request.socket);
      if (!line) return;
      line.usedAt = performance.now();
      line.response = response;
    },
    upgrade(socket) {
      const line = bySocket.get(socket);
      if (line) line.upgraded = true;
    },
    expire(socket) {
      const line = bySocket.get(socket);
      if (line && !isIdle(line)) end(line, 'answer');
      else socket.destroy();
    },
    size: () => lines.size,
    ended,
    cut() {
      for (const { socket } of lines) socket.destroy();
    },
    close: () => clearInterval(looking),
  };
}

function newNetwork(): Network {
  const lines = new Set<Line>();
  return { lines, findRoom: roomFinder(() => lines) };
}

function newLine(socket: Socket): Line {
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
