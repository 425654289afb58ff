import { connect, type Socket } from 'node:net';
import { finished, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { ARRAY_TYPES } from './arrays.ts';
import type { Connection } from './connection.ts';
import { asUnavailable, DatabaseUnavailableError, isUnable } from './unavailable.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows are whatever was asked for
export type Rows = postgres.RowList<any[]>;

export type Blocks = Iterable<Buffer> | AsyncIterable<Buffer>;

export interface How {
  /** Sends it as a named statement, which the server parses once for each connection. */
  prepare?: boolean;
  /** Returns rows as lists instead of objects. */
  lists?: boolean;
}

/**
 * One connection to the server, which is opened once. When it ends, everything that waits for it fails with a
 * DatabaseUnavailableError, and so does every later statement.
 */
export interface Link {
  ask(text: string, parameters?: readonly unknown[], how?: How): Promise<Rows>;
  /** Sends blocks of text with a COPY. */
  copy(text: string, blocks: Blocks): Promise<void>;
  /** What a COPY answers, as it is read. */
  copyOut(text: string): Promise<Readable>;
  /** The server's process, as the server or a pooler in front of it says. */
  readonly pid: number;
  /** Statements whose answers haven't come yet. */
  readonly awaited: number;
  readonly isOver: boolean;
  /** Bytes received. */
  heard(): number;
  /** Bytes received and sent: the number changes when anything was. */
  moved(): number;
  /** Called when the last answer has come. */
  onIdle: () => void;
  /** Called once, when it ends. */
  onOver: () => void;
  /** Ends it at once, even if it waits for something. */
  cut(): void;
  /** Ends it in an orderly way. */
  end(): Promise<void>;
}

export interface LinkOptions {
  /** Shown in `pg_stat_activity`. */
  name: string;
  /** False behind a pooler that cannot keep named statements. */
  prepare?: boolean;
  /**
   * Whether a statement may be sent while another runs. Never behind a pooler: pgbouncer lends the connection to others
   * when the first is answered, even if it has passed on a part of the second (pgbouncer's issue 759).
   */
  pipelines?: boolean;
  /** How values are read and written, in addition to the driver's types. */
  types?: Pick<postgres.ParsedOptions, 'parsers' | 'serializers'>;
  onNotify?: (payload: string) => void;
  /** Gives up opening it. */
  signal?: AbortSignal;
  slow?: Slow | undefined;
  /** Gets the reason each time that the server lacks what a statement needs, such as room on its disk. */
  onUnable?: (reason: string) => void;
}

/** Gets the text of each statement, without its parameters, whose answer took longer. */
export interface Slow {
  afterMs: number;
  tell: (text: string, ms: number) => void;
}

/** A distant or busy server may take long; the monitor notices a silent one sooner. */
const OPENED_WITHIN_MS = 10_000;
/** Keep-alive, so that routers don't forget an idle connection. */
const KEEP_ALIVE_S = 15;
const END_WITHIN_S = 2;

/** Opens a link; if there are several hosts, to the first that accepts. @throws DatabaseUnavailableError */
export async function openLink(connection: Connection, options: LinkOptions): Promise<Link> {
  for (let host = 0; ; host++) {
    const attempt = openDriver(connection, options, host);
    try {
      return await linkOf(attempt, options);
    } catch (error) {
      attempt.cut();
      if (attempt.isLastHost || options.signal?.aborted) throw asUnavailable(error);
    }
  }
}

/** The driver with one connection, which is opened with the first statement. */
interface Driver {
  client: postgres.Sql;
  isLastHost: boolean;
  socket(): Socket | undefined;
  /** Set by the caller; called when the connection has ended. */
  onClose: () => void;
  cut(): void;
}

/** Options of the driver that its types don't have. */
interface Undocumented {
  socket: () => Promise<Socket>;
  onnotify: (channel: string, payload: string) => void;
  max_pipeline: number;
}

function openDriver(
  connection: Connection,
  { name, prepare, pipelines = false, types, onNotify }: LinkOptions,
  host: number,
) {
  let socket: Socket | undefined;
  let isCut = false;
  const settings: postgres.Options<Record<string, never>> & Undocumented = {
    max: 1,
    // How many wait behind the one that runs.
    max_pipeline: pipelines ? Number.MAX_SAFE_INTEGER : 0,
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
      // Otherwise the driver opens it again and continues with statements of the old connection.
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
  // The driver would try the other hosts on a connection that is already in use.
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
  // The certificate is checked against the host's name.
  return Object.assign(connect({ host, port, noDelay: true }), { host, port });
}

const hasConnected = (socket: Socket) =>
  new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new DatabaseUnavailableError('it was given up')));
  });

async function linkOf(
  driver: Driver,
  { signal, slow, onUnable }: Pick<LinkOptions, 'signal' | 'slow' | 'onUnable'>,
): Promise<Link> {
  const { client } = driver;
  /** Rejects the waiting callers: the driver reports nothing for statements sent just before the end. */
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
          if (isUnable(error)) onUnable?.(error.message);
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
      const answer = wait(lists ? query.values() : query) as Promise<Rows>;
      if (slow) noteSlow(slow, text, answer);
      return answer;
    },
    copy: (text, blocks) => (isOver ? Promise.reject(gone()) : wait(copyBy(client, text, blocks))),
    async copyOut(text) {
      if (isOver) throw gone();
      const read = await wait(client.unsafe(text).readable());
      const fail = (error: unknown) => read.destroy(error as Error);
      waiting.add(fail);
      finished(read, () => {
        // The driver leaves it paused if the last rows came faster than they were read.
        driver.socket()?.resume();
        if (waiting.delete(fail) && !waiting.size) link.onIdle();
      });
      return read;
    },
    async end() {
      await client.end({ timeout: END_WITHIN_S });
      link.cut();
    },
  };
  driver.onClose = finish;
  return link;
}

function noteSlow({ afterMs, tell }: Slow, text: string, answer: Promise<unknown>): void {
  const begunAt = performance.now();
  const end = () => {
    const ms = performance.now() - begunAt;
    if (ms > afterMs) tell(text, ms);
  };
  answer.then(end, end);
}

/** Waits until the server has answered something. @returns its process */
async function firstAnswer({ client, cut }: Driver, signal: AbortSignal | undefined): Promise<number> {
  const timer = setTimeout(cut, OPENED_WITHIN_MS);
  signal?.addEventListener('abort', cut, { once: true });
  try {
    return (await client.unsafe('SELECT 1')).state.pid;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cut);
  }
}

async function copyBy(client: postgres.Sql, text: string, blocks: Blocks): Promise<void> {
  const query = client.unsafe(text);
  const into: Writable = await query.writable();
  // The driver reports errors after the last block only to the statement, which has already succeeded by then.
  Object.assign(query, { reject: (error: Error) => into.destroy(error) });
  await pipeline(Readable.from(blocks, { objectMode: true, highWaterMark: 2 }), into);
}
