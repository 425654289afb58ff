import postgres from 'postgres';
import { innerError, postgresErrorOf } from './postgres-error.ts';

/**
 * The database is not available now, whatever the statement: it is away, silent, or has no free connection. A write
 * that fails with this may have been done.
 */
export class DatabaseUnavailableError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = 'DatabaseUnavailableError';
  }
}

/** Whether an error only means that the database is not available. */
export const isUnavailable = (error: unknown): boolean =>
  innerError(error) instanceof DatabaseUnavailableError;

/** character_not_in_repertoire: U+0000 in a text. */
const NOT_A_TEXT = '22021';

/** Whether an error only means that a parameter holds what no text of the database can hold. */
export const isUnstorable = (error: unknown): boolean => postgresErrorOf(error)?.code === NOT_A_TEXT;

/** too_many_connections: those of the server, the database or the role. */
const NO_CONNECTION_LEFT = '53300';

/**
 * connection_exception; the server is stopping, was stopped or starts; the database was dropped; a session was idle for
 * too long; the server takes no writes because another replaces it.
 */
const AWAY = /^(08...|57P0[1-5]|25006)$/;
/**
 * insufficient_resources, such as a full disk or no memory; a statement was ended from outside, as by
 * statement_timeout; the disk or another part of the system failed. Another statement may succeed meanwhile.
 */
const UNABLE = /^(53...|57014|58...)$/;
/** Of Citus: the shard that a statement was planned for has been split or moved since. The next one goes to the right place. */
const SHARD_GONE = /^(could not find valid entry for shard |shard for the given value does not exist)/;
/** query_canceled */
const CANCELED = '57014';
/** Codes of the driver and the system for a connection that ended or couldn't be opened. */
const BROKEN = /^(CONNECTION_\w+|CONNECT_TIMEOUT|E[A-Z]+)$/;
/** There is no server: nothing can change as long as this is so. */
const NOBODY_THERE = /^(ECONNREFUSED|ENOENT|57P0[1-3])$/;

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** The same error, or a DatabaseUnavailableError if the statement isn't the reason. */
export function asUnavailable(error: unknown): unknown {
  const code = codeOf(error);
  const isOfServer =
    error instanceof postgres.PostgresError
      ? AWAY.test(code) || UNABLE.test(code) || SHARD_GONE.test(error.message)
      : BROKEN.test(code);
  // For a host with several addresses the error has no message.
  return isOfServer ? new DatabaseUnavailableError((error as Error).message || code, error) : error;
}

const causeOf = (error: unknown) => (error instanceof DatabaseUnavailableError ? error.cause : error);

/** Whether the server answers, but has no free connection. */
export const isFull = (error: unknown): boolean => codeOf(causeOf(error)) === NO_CONNECTION_LEFT;

/** Whether the server answers, but lacks what a statement needs; its operator must know. */
export const isUnable = (error: unknown): boolean => !isFull(error) && UNABLE.test(codeOf(causeOf(error)));

/** Whether somebody, or a time limit, ended the statement. */
export const wasCanceled = (error: unknown): boolean => codeOf(causeOf(error)) === CANCELED;

/** Whether there is no server that anybody could use. */
export const isNobodyThere = (error: unknown): boolean => NOBODY_THERE.test(codeOf(causeOf(error)));
