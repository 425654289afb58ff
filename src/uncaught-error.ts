import postgres from 'postgres';
import { innerError } from './database/postgres-error.ts';

const LONGEST = 200;

/**
 * One line about an error that nobody caught. It leaves out messages that may quote values or input.
 */
export function describeUncaughtError(thrown: unknown): string {
  const error = innerError(thrown);
  if (!(error instanceof Error)) return 'something that is no error was thrown';
  const { code } = error as NodeJS.ErrnoException;
  const isQuoting = error instanceof postgres.PostgresError || error instanceof SyntaxError;
  const message = isQuoting ? '' : (error.message.split('\n', 1)[0] ?? '').slice(0, LONGEST);
  const place = /^ +at (.*)$/m.exec(error.stack ?? '')?.[1];
  return [error.name, code, message && `(${message})`, place && `at ${place}`].filter(Boolean).join(' ');
}
