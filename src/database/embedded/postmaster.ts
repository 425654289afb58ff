import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { errorCode, isAlive, readIfThere } from './files.ts';
import { run } from './run.ts';

/** A server process, from its lock file postmaster.pid. */
export interface Postmaster {
  pid: number;
  port: number;
  /** Empty if it has none, or not yet. */
  socketFolder: string;
}

export async function readLock(cluster: string): Promise<Postmaster | undefined> {
  const lock = await readIfThere(join(cluster, 'postmaster.pid'));
  const [pid, , , port, socketFolder = ''] = (lock ?? '').split('\n');
  if (!Number(pid)) return undefined;
  return { pid: Number(pid), port: Number(port), socketFolder: socketFolder.trim() };
}

/** The server that has this cluster open. */
export async function livingPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lock = await readLock(cluster);
  if (!lock || !isAlive(lock.pid)) return undefined;
  return isServerOf(cluster, await commandLine(lock.pid)) ? lock : undefined;
}

/** Another process with the pid of a dead server whose lock is still there. */
export async function pidUnderStaleLock(cluster: string): Promise<number | undefined> {
  const lock = await readLock(cluster);
  if (!lock || !isAlive(lock.pid)) return undefined;
  const command = await commandLine(lock.pid);
  return command !== undefined && !isServerOf(cluster, command) ? lock.pid : undefined;
}

function isServerOf(cluster: string, command = ''): boolean {
  if (process.platform === 'win32') return command.includes('postgres.exe');
  const program = command.split(' -D ')[0] ?? '';
  return basename(program) === 'postgres' && command.includes(` -D ${cluster} `);
}

/** Empty for a zombie, undefined if unknown. */
async function commandLine(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux')
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    if (process.platform === 'win32')
      return await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
    return await run('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  } catch {
    return undefined;
  }
}

/** SIGINT: end open sessions, write everything down, stop. SIGQUIT: stop at once, recover at the next start. */
export async function signal(pid: number, name: 'SIGINT' | 'SIGQUIT', binaries: Binaries): Promise<void> {
  // Windows has no signals; PostgreSQL has its own there.
  if (process.platform === 'win32') await run(binaries.pgCtl, ['kill', name.slice(3), String(pid)]);
  else kill(pid, name);
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Waits until the server has closed the cluster and is gone; false if that takes too long. */
export async function waitUntilGone(cluster: string, pid: number, milliseconds: number): Promise<boolean> {
  const holdsIt = async () => isAlive(pid) && (await readLock(cluster))?.pid === pid;
  if (await holdsFor(milliseconds, holdsIt)) return false;
  // Removing its lock is its last act. If nobody collects ended processes, it stays as a zombie for ever.
  await holdsFor(500, async () => isAlive(pid) && (await commandLine(pid)) !== '');
  return true;
}

/** Whether the condition is still true after this time. */
async function holdsFor(milliseconds: number, condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (await condition()) {
    if (performance.now() > deadline) return true;
    await pause(10);
  }
  return false;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
