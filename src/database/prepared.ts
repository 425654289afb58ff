import type { Database } from './connect.ts';

/**
 * A statement that each database prepares once. Built on every call it would cost four times as much. It always
 * runs on its pool, never inside a transaction.
 */
export function prepared<Statement>(
  build: (database: Database) => Statement,
): (database: Database) => Statement {
  const statements = new WeakMap<Database, Statement>();
  return (database) => {
    const statement = statements.get(database) ?? build(database);
    statements.set(database, statement);
    return statement;
  };
}
