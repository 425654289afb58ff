import { DrizzleQueryError } from 'drizzle-orm';
import postgres from 'postgres';

/**
 * The database can't be had now, whatever was asked of it: it is away, silent, or has no connection left. A write that
 * fails so may have happened.
 */
export class DatabaseUnavailableError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = 'DatabaseUnavailableError';
  }
}

/** Whether something failed for no other reason than that the database couldn't be had. */
export function isUnavailable(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof DatabaseUnavailableError;
}

/** too_many_connections: those of the server, the database or the role. */
const NO_CONNECTION_LEFT = '53300';

/**
 * connection_exception; the server is stopped, was stopped or starts; the database is dropped; a session that idled too
 * long; a server that takes no writes while another takes its place.
 */
const AWAY = /^(08...|57P0[1-5]|25006)$/;
/** What the driver and the system say of a connection that ended or couldn't be had. */
const BROKEN = /^(CONNECTION_\w+|CONNECT_TIMEOUT|E[A-Z]+)$/;
/** No server is there: nothing can have changed as long as this is so. */
const NOBODY_THERE = /^(ECONNREFUSED|ENOENT|57P0[1-3])$/;

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** The same error, or what it means where it is of the connection and not of the statement. */
export function asUnavailable(error: unknown): unknown {
  const code = codeOf(error);
  const isOfConnection =
    error instanceof postgres.PostgresError
      ? AWAY.test(code) || code === NO_CONNECTION_LEFT
      : BROKEN.test(code);
  // Of a host with several addresses the error has no message.
  return isOfConnection ? new DatabaseUnavailableError((error as Error).message || code, error) : error;
}

const causeOf = (error: unknown) => (error instanceof DatabaseUnavailableError ? error.cause : error);

/** Whether the server answers, but lets nobody in for want of connections. */
export const isFull = (error: unknown): boolean => codeOf(causeOf(error)) === NO_CONNECTION_LEFT;

/** Whether there is no server that anybody could have used. */
export const isNobodyThere = (error: unknown): boolean => NOBODY_THERE.test(codeOf(causeOf(error)));
