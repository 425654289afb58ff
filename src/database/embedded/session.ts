import { type Link, openLink } from '../link.ts';
import { DatabaseUnavailableError } from '../unavailable.ts';
import { superuser } from './cluster.ts';
import { errorCode } from './files.ts';
import { pause } from './postmaster.ts';
import type { Address } from './socket.ts';

/** Host is the folder of the Unix socket, or 127.0.0.1 on systems without them. */
export interface EmbeddedConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

export function connectionTo({ socketFolder, port }: Address, password: string): EmbeddedConnection {
  return { host: socketFolder || '127.0.0.1', port, user: superuser, password, database: 'muster' };
}

// Every process that uses the server holds it shared; the one that stops the server holds it alone. Advisory locks
// belong to a database: in `postgres` these don't conflict with those of Muster's own tables.
const inUse = 1;
const sessionName = 'muster-embedded';

/** Where the server of a connection listens. */
export const addressOf = ({ host, port }: EmbeddedConnection): Address => ({
  socketFolder: host.startsWith('/') ? host : '',
  port,
});

/** Signs in as a user of the server, so that nobody stops it. */
export async function joinServer(connection: EmbeddedConnection): Promise<Link> {
  const session = await openLink({ ...connection, database: 'postgres' }, { name: sessionName });
  try {
    await session.ask('SELECT pg_advisory_lock_shared($1)', [inUse]);
    await ensureDatabase(session, connection.database);
    return session;
  } catch (error) {
    session.cut();
    throw error;
  }
}

async function ensureDatabase(session: Link, name: string): Promise<void> {
  const found = await session.ask('SELECT FROM pg_database WHERE datname = $1', [name]);
  if (found.length > 0) return;
  try {
    await session.ask(`CREATE DATABASE "${name}"`);
  } catch (error) {
    // Another process was faster, or at the same moment.
    if (!['42P04', '23505'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** Whether it's worth asking again: the server isn't there yet, starts, recovers, stops or has no slot free. */
export function isPassing(error: unknown): boolean {
  const code = errorCode(error instanceof DatabaseUnavailableError ? error.cause : error);
  if (code === undefined) return error instanceof DatabaseUnavailableError;
  return /^(57P0\d|53300|08...|ENOENT|ECONN\w+|EPIPE|EAGAIN|CONNECT\w+)$/.test(code);
}

/**
 * Signs off. Returns true if no other process of Muster uses the server. Then nobody can join until the session ends,
 * so the server has to be stopped before.
 */
export async function signOff(session: Link): Promise<boolean> {
  await session.ask('SELECT pg_advisory_unlock_shared($1)', [inUse]);
  // Sessions of a process that was killed, or of a pool that was just closed, are still there for a moment.
  const deadline = performance.now() + 500;
  let alone = false;
  while (performance.now() < deadline) {
    alone ||= await takeAlone(session);
    if (alone && !(await hasClients(session))) return true;
    await pause(20);
  }
  return false;
}

async function takeAlone(session: Link): Promise<boolean> {
  const [lock] = await session.ask('SELECT pg_try_advisory_lock($1) AS taken', [inUse]);
  return Boolean(lock?.taken);
}

/** Other clients than sessions like ours: these hold the lock, or wait for it and then start a server themselves. */
async function hasClients(session: Link): Promise<boolean> {
  const clients = await session.ask(
    `SELECT FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND application_name LIKE 'muster%' AND application_name <> $1`,
    [sessionName],
  );
  return clients.length > 0;
}
