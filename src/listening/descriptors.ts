import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Config, ConfigurationError } from '../config.ts';

/** Files that a process needs beside connections and their files: the program, logs, monitors, webhooks. */
const RESERVE = 128;
/** More connections don't fit in the memory of a small machine. */
const MOST = 20_000;
/** With fewer connections no fleet can be served. */
const LEAST = 16;

/** How many files this process may have open; undefined if there is no limit or it isn't known. */
export function descriptorLimit(): number | undefined {
  const told = /^Max open files\s+(\d+)/m.exec(read())?.[1];
  return told === undefined ? undefined : Number(told);
}

function read(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // On other systems than Linux a child process has the same limit.
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
  /** Connections at the same time. */
  connections: number;
  /** The same for one address that is not a trusted proxy. */
  ofAddress: number;
}

/**
 * The caps of connections. They are below the limit of open files, so that the database and files can always be opened.
 * A connection may need a file of its own, so the default is half of that.
 * @throws ConfigurationError if the settings don't fit
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
