import { is, Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { LRUCache } from 'lru-cache';
import { type Built, built, type Prepared, type Session, type Values } from './built.ts';
import type { Database } from './connect.ts';
import { PLANNED_EACH_TIME } from './statement.ts';

/**
 * A statement that is built once, with placeholders. It runs on the database, or in the transaction at hand:
 * `findIt(tx).execute({ id })`. To build it on every call would cost four times as much.
 */
export function prepared<Rows>(
  build: (database: Database) => Prepared<Rows>,
): (session: Session) => { execute(values: Values): Promise<Rows> } {
  let run: Built<Rows> | undefined;
  return (session) => ({
    execute(values) {
      run ??= built(build);
      return run(session, values);
    },
  });
}

/** The same for a statement in SQL. Its rows come as the database has them. */
export const preparedSql = <Row extends object>(build: () => SQL) =>
  prepared<Row[]>(() => {
    const { sql: queryString, params } = dialect.sqlToQuery(build());
    return { queryString, params } as unknown as Prepared<Row[]>;
  });

/** What is made once for each database, and goes with it. */
export function ofEachDatabase<T>(make: () => T): (database: Database) => T {
  const made = new WeakMap<Database, T>();
  return (database) => {
    const known = made.get(database) ?? make();
    made.set(database, known);
    return known;
  };
}

interface Preparable<Rows> {
  prepare(name: string): Prepared<Rows>;
}

const SHAPES_AT_MOST = 100;

/**
 * The same for a statement with parts that differ between calls: it is built once for parts with the same text,
 * whatever their values. Only these parts are rendered on every call, and `fixed` ones never again.
 */
export function preparedWith<Parts extends { [name: string]: SQL }, Rows>(
  build: (database: Database, parts: Parts) => Preparable<Rows>,
): (session: Session, parts: Parts, values?: Values) => Promise<Rows> {
  const shapes = new LRUCache<string, Built<Rows>>({ max: SHAPES_AT_MOST });
  return (session, parts, values) => {
    const rendered = Object.entries(parts).map(
      ([name, part]) => [name, fixedParts.get(part) ?? render(part)] as const,
    );
    const all: Record<string, unknown> = { ...values };
    let shape = '';
    for (const [name, { number, params }] of rendered) {
      shape += `${number},`;
      for (let at = 0; at < params.length; at++) {
        const param = params[at];
        all[`${name}${at + 1}`] = is(param, Placeholder) ? all[param.name] : param;
      }
    }
    const known = shapes.get(shape);
    if (known) return known(session, all);
    const made = built((database) => build(database, withPlaceholders(rendered) as Parts).prepare(''));
    shapes.set(shape, made);
    return made(session, all);
  };
}

interface Rendered {
  text: string;
  /** Parts with the same text have the same number. */
  number: number;
  params: readonly unknown[];
}

const dialect = new PgDialect();
const TEXTS_AT_MOST = 10_000;
const numbers = new LRUCache<string, number>({ max: TEXTS_AT_MOST });
let lastNumber = 0;

function render(part: SQL): Rendered {
  const { sql: text, params } = dialect.sqlToQuery(part);
  const number = numbers.get(text) ?? ++lastNumber;
  numbers.set(text, number);
  return { text, number, params };
}

const fixedParts = new WeakMap<SQL, Rendered>();

/** A part that is used again and again, so that it isn't rendered each time. It may have placeholders for `values`. */
export function fixed<T>(part: SQL<T>): SQL<T> {
  fixedParts.set(part, render(part));
  return part;
}

/** In the part `<name>` a `$1` becomes the placeholder `<name>1`. */
const withPlaceholders = (parts: readonly (readonly [string, Rendered])[]): Record<string, SQL> =>
  Object.fromEntries(
    parts.map(([name, { text }]) => {
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
