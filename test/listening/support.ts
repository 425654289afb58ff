import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Express } from 'express';
import { afterEach } from 'vitest';
import type { UpgradeListener } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Listening, listen } from '../../src/listening/listen.ts';
import { TIMEOUTS, type Timeouts } from '../../src/listening/timeouts.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()));
});

export interface Opened extends Listening {
  /** The warnings it logged. */
  warnings: unknown[];
}

interface Options {
  settings?: Record<string, string>;
  timeouts?: Partial<Timeouts>;
  /** What answers; by default the body that came, as soon as it is there. */
  request?: RequestListener;
  upgrade?: UpgradeListener;
  /** Behind `request`. */
  express?: Express;
}

/** Listens, with somebody behind who is easy to see through; until the test ends. */
export async function open(options: Options = {}): Promise<Opened> {
  const { settings, timeouts, request = echo, upgrade = refuse, express } = options;
  const warnings: unknown[] = [];
  const log = { warn: (...line: unknown[]) => void warnings.push(line) };
  const config = readConfig({ PORT: '0', MUSTER_CONFIG_FILE: '/dev/null', ...settings });
  const listening = await listen(config, log as never, { ...TIMEOUTS, ...timeouts });
  listening.handleBy({ request, upgrade, ...(express && { express }) });
  endings.push(listening.close);
  return { ...listening, warnings };
}

const refuse: UpgradeListener = (_request, socket) => void socket.destroy();

const echo: RequestListener = async (request, response) => {
  let text = '';
  try {
    for await (const piece of request) text += piece;
  } catch {
    return;
  }
  response.end(text);
};

export interface Line {
  socket: Socket;
  /** All that came. */
  text: () => string;
  isOpen: () => boolean;
  write(text: string): void;
  /** When it is closed, from whatever side. */
  closed: Promise<unknown>;
}

/** Connects from an address of this machine. */
export async function dial({ port }: Pick<Listening, 'port'>, localAddress = '127.0.0.1'): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  endings.push(() => socket.destroy());
  let text = '';
  socket.on('data', (piece) => {
    text += piece.toString('latin1');
  });
  socket.on('error', () => {}); // `close` follows
  const closed = once(socket, 'close');
  // What is closed there is closed here.
  socket.once('end', () => socket.end());
  await Promise.race([once(socket, 'connect'), closed]);
  return {
    socket,
    text: () => text,
    isOpen: () => !socket.destroyed && !socket.readableEnded,
    write: (more) => void (socket.writable && socket.write(more)),
    closed,
  };
}

/** Repeats it until the test ends. */
export function drip(line: Line, text: string, everyMs: number): void {
  const timer = setInterval(() => line.write(text), everyMs);
  endings.push(() => clearInterval(timer));
}
