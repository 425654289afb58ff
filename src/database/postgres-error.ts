import { DrizzleQueryError } from 'drizzle-orm';
import postgres from 'postgres';

/** The error without Drizzle's around it, whose message has the statement and its parameters. */
export const innerError = (error: unknown): unknown =>
  error instanceof DrizzleQueryError ? error.cause : error;

/** What the database server said, if that is the error. */
export function postgresErrorOf(error: unknown): postgres.PostgresError | undefined {
  const inner = innerError(error);
  return inner instanceof postgres.PostgresError ? inner : undefined;
}
