import { type SQL, sql } from 'drizzle-orm';
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

/** In the text of statements that the pool never names. */
export const PLANNED_ANEW = '/* planned anew */';

/**
 * The same condition, in a statement that is planned for its values each time. Of a named one PostgreSQL soon keeps a
 * plan for any values, though ten matches of a million want another way than half of them.
 */
export const plannedAnew = (condition: SQL): SQL => sql`${condition} ${sql.raw(PLANNED_ANEW)}`;
