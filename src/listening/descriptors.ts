import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Config, ConfigurationError } from '../config.ts';

/** What a process needs beside connections and the files they are about: the program, logs, watches, webhooks. */
const RESERVE = 128;
/** More don't fit in the memory of a small machine. */
const MOST = 20_000;
/** With fewer no fleet can be served. */
const LEAST = 16;

/** How many files this process may have open; undefined where there is no such limit, or none that can be told. */
export function descriptorLimit(): number | undefined {
  const told = /^Max open files\s+(\d+)/m.exec(read())?.[1];
  return told === undefined ? undefined : Number(told);
}

function read(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // Elsewhere than on Linux a child of ours has the same limit.
    return `Max open files ${tryShell()}`;
  }
}

function tryShell(): string {
  try {
    return execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8', timeout: 2_000 });
  } catch {
    return 'unknown';
  }
}

export interface Caps {
  /** Connections at a time. */
  connections: number;
  /** The same of one address that is no trusted proxy. */
  ofAddress: number;
}

/**
 * The caps of connections: below the limit of open files, so that the database and files can always be reached. A
 * connection may need a file of its own, so by default there are half as many.
 * @throws ConfigurationError where what is set doesn't fit
 */
export function capsOf(
  config: Pick<Config, 'MUSTER_CONNECTIONS' | 'MUSTER_ADDRESS_CONNECTIONS' | 'DATABASE_POOL_SIZE'>,
  limit = descriptorLimit() ?? Number.MAX_SAFE_INTEGER,
): Caps {
  const room = limit - RESERVE - config.DATABASE_POOL_SIZE;
  if (room < 2 * LEAST)
    throw new ConfigurationError(
      `this process may have only ${limit} files open, too few to serve: raise the limit (ulimit -n)`,
    );
  const { MUSTER_CONNECTIONS: set, MUSTER_ADDRESS_CONNECTIONS: ofAddress } = config;
  if (set !== undefined && set > room)
    throw new ConfigurationError(
      `MUSTER_CONNECTIONS: must be at most ${room}, as this process may have ${limit} files open (ulimit -n)`,
    );
  const connections = set ?? Math.min(MOST, Math.floor(room / 2));
  return { connections, ofAddress: Math.min(ofAddress ?? Math.ceil(connections / 2), connections) };
}
