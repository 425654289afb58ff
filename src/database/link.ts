import { connect, type Socket } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { ARRAY_TYPES } from './arrays.ts';
import type { Connection } from './connection.ts';
import { asUnavailable, DatabaseUnavailableError } from './unavailable.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows are whatever was asked for
export type Rows = postgres.RowList<any[]>;

export interface How {
  /** As a named statement, which the server parses once a connection. */
  prepare?: boolean;
  /** Rows as lists, not as objects. */
  lists?: boolean;
}

/**
 * One connection to the server. It lives once: what it waits for when it ends fails, and so does whatever is asked of it
 * afterwards, by DatabaseUnavailableErrors.
 */
export interface Link {
  ask(text: string, parameters?: readonly unknown[], how?: How): Promise<Rows>;
  /** Sends blocks of text by a COPY. */
  copy(text: string, blocks: readonly Buffer[]): Promise<void>;
  /** As the server, or what stands in front of it, says. */
  readonly pid: number;
  /** Statements whose answers haven't come yet. */
  readonly awaited: number;
  readonly isOver: boolean;
  /** Bytes that came. */
  heard(): number;
  /** Bytes that came or went: another number than before where anything moved. */
  moved(): number;
  /** Called when the last answer has come. */
  onIdle: () => void;
  /** Called once, when it ends. */
  onOver: () => void;
  /** Ends it at once, whatever it waits for. */
  cut(): void;
  /** Ends it in good order. */
  end(): Promise<void>;
}

export interface LinkOptions {
  /** Shown in `pg_stat_activity`. */
  name: string;
  /** False behind a pooler that cannot keep named statements. */
  prepare?: boolean;
  /** How values are read and written, beside what the driver knows. */
  types?: Pick<postgres.ParsedOptions, 'parsers' | 'serializers'>;
  onNotify?: (payload: string) => void;
  /** Gives up opening it. */
  signal?: AbortSignal;
}

/** A distant or busy server may take long; of one that is silent others find out sooner. */
const OPENED_WITHIN_MS = 10_000;
/** Lets nobody between us and the server forget a connection that idles. */
const KEEP_ALIVE_S = 15;
const END_WITHIN_S = 5;

/** Opens a link; where several hosts are named, to the first that takes it. @throws DatabaseUnavailableError */
export async function openLink(connection: Connection, options: LinkOptions): Promise<Link> {
  for (let host = 0; ; host++) {
    const attempt = openDriver(connection, options, host);
    try {
      return await linkOf(attempt, options.signal);
    } catch (error) {
      attempt.cut();
      if (attempt.isLastHost || options.signal?.aborted) throw asUnavailable(error);
    }
  }
}

/** The driver with one connection, which is opened for the first statement. */
interface Driver {
  client: postgres.Sql;
  isLastHost: boolean;
  socket(): Socket | undefined;
  /** To be set: called when the connection has ended. */
  onClose: () => void;
  cut(): void;
}

/** What the driver takes beside what its types tell. */
interface Undocumented {
  socket: () => Promise<Socket>;
  onnotify: (channel: string, payload: string) => void;
  max_pipeline: number;
}

function openDriver(connection: Connection, { name, prepare, types, onNotify }: LinkOptions, host: number) {
  let socket: Socket | undefined;
  let isCut = false;
  const settings: postgres.Options<Record<string, never>> & Undocumented = {
    max: 1,
    max_pipeline: Number.MAX_SAFE_INTEGER,
    prepare: prepare ?? false,
    fetch_types: false,
    types: ARRAY_TYPES as never,
    max_lifetime: null,
    connect_timeout: 0,
    keep_alive: KEEP_ALIVE_S,
    connection: { application_name: name },
    onnotice: () => {},
    onnotify: (_channel, payload) => onNotify?.(payload),
    onclose: () => driver.onClose(),
    socket: async () => {
      // Of itself the driver would open it anew, and go on with what belonged to the connection before.
      if (socket || isCut) throw new DatabaseUnavailableError('the connection has ended');
      socket = openSocket(place);
      await hasConnected(socket);
      return socket;
    },
  };
  const client =
    typeof connection === 'string'
      ? postgres(connection, settings)
      : postgres({ ...connection, ...settings });
  const { options } = client;
  Object.assign(options.parsers, types?.parsers);
  Object.assign(options.serializers, types?.serializers);
  const hosts = options.host.length;
  const place = { path: options.path || undefined, host: options.host[host]!, port: options.port[host]! };
  // It would try the others on a connection of which it has begun to make use.
  Object.assign(options, { host: [place.host], port: [place.port] });
  const driver: Driver = {
    client,
    isLastHost: host + 1 >= hosts,
    socket: () => socket,
    onClose() {},
    cut() {
      isCut = true;
      socket?.destroy();
    },
  };
  return driver;
}

interface Place {
  path: string | undefined;
  host: string;
  port: number;
}

function openSocket({ path, host, port }: Place): Socket {
  if (path) return connect({ path });
  // By the host's name its certificate is checked.
  return Object.assign(connect({ host, port, noDelay: true }), { host, port });
}

const hasConnected = (socket: Socket) =>
  new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new DatabaseUnavailableError('it was given up')));
  });

async function linkOf(driver: Driver, signal: AbortSignal | undefined): Promise<Link> {
  const { client } = driver;
  /** What rejects those who wait: of what is asked in its last moments the driver says nothing. */
  const waiting = new Set<(error: unknown) => void>();
  let isOver = false;
  const gone = () => new DatabaseUnavailableError('the connection has ended');
  const wait = <T>(answer: PromiseLike<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const done = () => {
        if (waiting.delete(reject) && !waiting.size) link.onIdle();
      };
      waiting.add(reject);
      answer.then(
        (value) => {
          done();
          resolve(value);
        },
        (error) => {
          done();
          reject(asUnavailable(error));
        },
      );
    });
  const finish = () => {
    if (isOver) return;
    isOver = true;
    for (const reject of waiting) reject(gone());
    waiting.clear();
    link.onOver();
  };

  const link: Link = {
    pid: await firstAnswer(driver, signal),
    get awaited() {
      return waiting.size;
    },
    get isOver() {
      return isOver;
    },
    heard: () => driver.socket()?.bytesRead ?? 0,
    moved() {
      const socket = driver.socket();
      return socket ? socket.bytesRead + socket.bytesWritten - socket.writableLength : 0;
    },
    onIdle() {},
    onOver() {},
    cut() {
      driver.cut();
      finish();
    },
    ask(text, parameters = [], { prepare = false, lists = false } = {}) {
      if (isOver) return Promise.reject(gone());
      const query = client.unsafe(text, [...parameters] as never[], { prepare });
      return wait(lists ? query.values() : query) as Promise<Rows>;
    },
    copy: (text, blocks) => (isOver ? Promise.reject(gone()) : wait(copyBy(client, text, blocks))),
    async end() {
      await client.end({ timeout: END_WITHIN_S });
      link.cut();
    },
  };
  driver.onClose = finish;
  return link;
}

/** Waits until the server has answered something. @returns its process */
async function firstAnswer({ client, cut }: Driver, signal: AbortSignal | undefined): Promise<number> {
  const patience = setTimeout(cut, OPENED_WITHIN_MS);
  signal?.addEventListener('abort', cut, { once: true });
  try {
    return (await client.unsafe('SELECT 1')).state.pid;
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener('abort', cut);
  }
}

async function copyBy(client: postgres.Sql, text: string, blocks: readonly Buffer[]): Promise<void> {
  const query = client.unsafe(text);
  const into: Writable = await query.writable();
  // What goes wrong once all has been sent the driver tells only the statement, which has succeeded by then.
  Object.assign(query, { reject: (error: Error) => into.destroy(error) });
  await pipeline(Readable.from(blocks, { objectMode: true, highWaterMark: 2 }), into);
}
