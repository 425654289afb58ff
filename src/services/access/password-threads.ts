import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface Derivation {
  password: string;
  salt: Uint8Array;
  length: number;
  options: { N: number; r: number; p: number; maxmem: number };
}

/**
 * What a thread runs. On Linux a thread has a priority of its own: a lower one than the thread that answers polls, which
 * would wait for these where the processors are few. It still gets a quarter of what that one gets.
 */
const WORK = `
  const { parentPort } = require('node:worker_threads');
  const { scryptSync } = require('node:crypto');
  const { getPriority, setPriority } = require('node:os');
  if (process.platform === 'linux') setPriority(Math.min(getPriority() + 6, 19));
  parentPort.on('message', ({ password, salt, length, options }) =>
    parentPort.postMessage(scryptSync(password, salt, length, options)));
`;

/** Threads that do nothing now. There are as many as ever worked at the same time. */
const idle: Worker[] = [];

/** The scrypt hash of a password, computed in a thread that does nothing else. */
export async function deriveApart(derivation: Derivation): Promise<Buffer> {
  const thread = idle.pop() ?? new Worker(WORK, { eval: true, execArgv: [], name: 'passwords' });
  thread.ref();
  try {
    const answer = once(thread, 'message');
    thread.postMessage(derivation);
    const [hash] = await answer;
    // An idle thread doesn't keep the process alive.
    thread.unref();
    idle.push(thread);
    return Buffer.from(hash);
  } catch (error) {
    void thread.terminate();
    throw error;
  }
}
