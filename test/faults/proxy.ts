import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { EmbeddedConnection } from '../../src/database/embedded/session.ts';

/** A way to a database that can be made worse, as networks are. */
export interface BadNetwork {
  /** For DATABASE_URL. */
  url: string;
  /** From now on nothing goes through, in either direction, and nothing is closed; new connections are taken. */
  silence(): void;
  /** New connections go through again. Those of before stay as they are: nobody knows them any more. */
  restore(): void;
  /** Connections that name themselves so carry nothing any more, and aren't closed. Says how many they were. */
  forget(applicationName: string): number;
  close(): Promise<void>;
}

interface Way {
  name: string;
  cut(): void;
}

export async function openProxy({
  host,
  port,
  user,
  password,
  database,
}: EmbeddedConnection): Promise<BadNetwork> {
  const sockets = new Set<Socket>();
  let ways: Way[] = [];
  let silent = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };

  const server = createServer((near) => {
    keep(near);
    if (silent) return;
    const far = host.startsWith('/')
      ? connect({ path: join(host, `.s.PGSQL.${port}`) })
      : connect({ host, port });
    keep(far);
    let isCut = false;
    const way: Way = {
      name: '',
      cut() {
        isCut = true;
      },
    };
    ways.push(way);
    const carry = (from: Socket, to: Socket) => {
      from.on('data', (bytes) => {
        if (isCut) return;
        way.name ||= /application_name\0([^\0]*)/.exec(bytes.toString('latin1'))?.[1] ?? '';
        to.write(bytes);
      });
      from.once('close', () => {
        if (!isCut) to.destroy();
      });
    };
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  const cutSome = (cut: Way[]) => {
    for (const way of cut) way.cut();
    ways = ways.filter((way) => !cut.includes(way));
    return cut.length;
  };
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${address.port}/${database}`,
    silence() {
      silent = true;
      cutSome(ways);
    },
    restore() {
      silent = false;
    },
    forget: (applicationName) => cutSome(ways.filter(({ name }) => name === applicationName)),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
