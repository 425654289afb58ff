import { execFile, spawn, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

export const execute = promisify(execFile);

/** Whether all these programs can be run here; where not, a line says what is left out. */
export function haveAll(programs: string[], leftOut: string): boolean {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  if (missing.length) console.log(`Left out, as there is no ${missing.join(', no ')}: ${leftOut}.`);
  return !missing.length;
}

export interface Running {
  /** All it has printed. */
  output(): string;
  ended: Promise<number | string>;
  stop(): Promise<void>;
}

/** Some clients hang now and then when they are told to end. */
const STOPPED_WITHIN_MS = 10_000;

/** Starts a program that runs until it is stopped or ends by itself. */
export function begin(program: string, parameters: string[], env: Record<string, string> = {}): Running {
  const child = spawn(program, parameters, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // With what it starts: a group of its own, which can be stopped whole.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return {
    output: () => output,
    ended,
    async stop() {
      const end = (signal: 'SIGTERM' | 'SIGKILL') => {
        if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, signal);
      };
      end('SIGTERM');
      const patience = setTimeout(end, STOPPED_WITHIN_MS, 'SIGKILL');
      await ended;
      clearTimeout(patience);
    },
  };
}
