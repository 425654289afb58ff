import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { LRUCache } from 'lru-cache';
import type { Database } from './connect.ts';
import { PLANNED_EACH_TIME } from './statement.ts';

/**
 * A statement that is prepared once for each database. To build it on every call would cost four times as much. It
 * always runs on its pool, never inside a transaction.
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

interface Preparable<Rows> {
  prepare(name: string): { execute(values: Record<string, unknown>): Promise<Rows> };
}

const dialect = new PgDialect();
const SHAPES_AT_MOST = 100;

/**
 * The same for a statement with parts that differ between calls: it is built once for parts with the same text,
 * whatever their values. Only these parts are rendered on every call.
 */
export function preparedWith<Parts extends { [name: string]: SQL }, Rows>(
  build: (database: Database, parts: Parts) => Preparable<Rows>,
): (database: Database, parts: Parts, values?: Record<string, unknown>) => Promise<Rows> {
  const shapes = prepared(
    () => new LRUCache<string, ReturnType<Preparable<Rows>['prepare']>>({ max: SHAPES_AT_MOST }),
  );
  return (database, parts, values) => {
    const texts: Record<string, string> = {};
    const all = { ...values };
    for (const [name, part] of Object.entries(parts)) {
      const { sql: text, params } = dialect.sqlToQuery(part);
      texts[name] = text;
      for (const [index, value] of params.entries()) all[`${name}${index + 1}`] = value;
    }
    const shape = JSON.stringify(texts);
    const statement =
      shapes(database).get(shape) ?? build(database, withPlaceholders(texts) as Parts).prepare('');
    shapes(database).set(shape, statement);
    return statement.execute(all);
  };
}

/** In the part `<name>` a `$1` becomes the placeholder `<name>1`. */
const withPlaceholders = (texts: Record<string, string>): Record<string, SQL> =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const pieces = text.split(/\$(\d+)/);
      const chunks = pieces.map((piece, at) => (at % 2 ? sql.placeholder(name + piece) : sql.raw(piece)));
      return [name, sql.join(chunks)];
    }),
  );
/**
 * The same condition, in a statement that is planned for its values each time. For a named statement PostgreSQL soon
 * keeps one plan for all values, but ten matches of a million need another plan than half of them.
 */
export const plannedEachTime = (condition: SQL): SQL => sql`${condition} ${sql.raw(PLANNED_EACH_TIME)}`;
