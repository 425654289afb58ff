import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { bundledServer } from '../../support/build.ts';
import { basic, type Client, clientOf } from '../../support/server.ts';

export const PROJECT = process.cwd();
/** The contract. */
export const END_WITHIN_MS = 10_000;

const children = new Set<ChildProcess>();
const folders: string[] = [];

/** A folder for a server to run in: root's database server, which is somebody else, can enter it. */
export function makeFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-life-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

interface Run {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when it has ended and all it said has arrived. */
  ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

export type Environment = Record<string, string>;

/** `openFiles` bounds how many files the process may have open; by default as many as this one. */
export function run(folder: string, env: Environment, program = bundledServer(), openFiles?: number): Run {
  const command: [string, ...string[]] = openFiles
    ? ['sh', '-c', `ulimit -n ${openFiles} && exec "$0" "$@"`, process.execPath, program]
    : [process.execPath, program];
  const child = spawn(command[0], command.slice(1), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    kill: (signal) => void child.kill(signal),
  };
}

export interface Served extends Run {
  url: string;
  admin: Client;
  device: Client;
}

export const START_LINE = /^.*Muster serves (https?:\/\/[^/\s"]+)/m;

/** Starts a server and waits for the line that says where it serves. */
export async function start(
  folder: string,
  env: Environment = {},
  program?: string,
  openFiles?: number,
): Promise<Served> {
  // The caches take their memory when they are opened.
  const defaults = { PORT: '0', MUSTER_POLL_CACHE_ENTRIES: '20000' };
  const process = run(folder, { ...defaults, ...env }, program, openFiles);
  let code: number | string | undefined;
  process.ended.then((ended) => {
    code = ended;
  });
  const url = await until(() => {
    if (code !== undefined) throw new Error(`it ended with ${code}: ${process.stderr()}`);
    return START_LINE.exec(process.stdout())?.[1];
  }).catch((error) => {
    throw new Error(`${error.message}; it said: ${process.stdout()}${process.stderr()}`);
  });
  return { ...process, url, admin: clientOf({ url }, basic('admin', 'admin')), device: clientOf({ url }) };
}

/** Asks it to end, and makes sure that it does as promised. */
export async function stop(server: Run): Promise<void> {
  const asked = performance.now();
  server.kill('SIGTERM');
  expect(await server.ended, server.stdout() + server.stderr()).toBe(0);
  expect(performance.now() - asked).toBeLessThan(END_WITHIN_MS);
}

/** Runs it where it can't serve: it must end with code 1 and one line, which is returned. */
async function refusal(folder: string, env: Environment): Promise<string> {
  const process = run(folder, { PORT: '0', ...env });
  expect(await process.ended, process.stderr()).toBe(1);
  expect(process.stdout()).not.toMatch(START_LINE);
  expect(process.stderr()).toMatch(/^muster: [^\n]+\n$/);
  return process.stderr().trim();
}

/** As many at a time as a small machine can start. */
export async function refusals(folder: string, environments: Environment[]): Promise<string[]> {
  const lines: string[] = [];
  for (let at = 0; at < environments.length; at += 3)
    lines.push(
      ...(await Promise.all(
        environments.slice(at, at + 3).map((environment) => refusal(folder, environment)),
      )),
    );
  return lines;
}

export async function until<T>(
  condition: () => T | Promise<T>,
  milliseconds = 45_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    const value = await condition();
    if (value) return value as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`it did not happen within ${milliseconds} ms`);
}

/** A port that nobody listens on now. */
export const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

export const isPortFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/** Where the embedded database of a folder really is: for root it may have been moved. */
export function placeOf(folder: string): string {
  const note = join(folder, 'data', 'postgres.location');
  return existsSync(note) ? readFileSync(note, 'utf8') : join(folder, 'data');
}

export function databasePid(folder: string): number | undefined {
  const lock = join(placeOf(folder), 'postgres', 'postmaster.pid');
  return existsSync(lock) ? Number(readFileSync(lock, 'utf8').split('\n')[0]) : undefined;
}

/** Also as a zombie, as an orphan waits for some other process to reap it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/cmdline`) || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

/** Nothing stays, whatever failed. */
export async function cleanUp(): Promise<void> {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) {
    const pid = databasePid(folder);
    if (pid && isRunning(pid)) {
      process.kill(pid, 'SIGQUIT');
      await until(() => !isRunning(pid)).catch(() => process.kill(pid, 'SIGKILL'));
    }
    for (const path of [placeOf(folder), folder])
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The embedded database's address, as any program on this machine could find it. */
export function socketOf(folder: string): { host: string; password: string } {
  const place = placeOf(folder);
  const lock = readFileSync(join(place, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  return { host: lock[4]!, password: readFileSync(join(place, 'postgres.password'), 'utf8') };
}

/** The pids of its children that run the server's program; its database is not among them. */
export async function workersOf(pid: number): Promise<number[]> {
  const found: number[] = [];
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  for (const child of list.split(' ').filter(Boolean)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('main.js')) found.push(Number(child));
  }
  return found;
}
