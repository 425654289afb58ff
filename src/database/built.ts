import { Column, is, Param, Placeholder, SQL } from 'drizzle-orm';
import { PgTimestamp } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/postgres-js';
import type { Database, Transaction } from './connect.ts';
import * as schema from './schema.ts';
import type { Send } from './statement.ts';
import { timeOf } from './times.ts';

/** Where a statement runs: on the connections of a database, or in the transaction at hand. */
export type Session = Database | Transaction;
export type Values = Readonly<Record<string, unknown>>;
/** A statement as Drizzle's `.prepare()` leaves it. */
export interface Prepared<Rows> {
  execute(values?: Record<string, unknown>): Promise<Rows>;
}
/** A statement that is built, and runs anywhere. */
export type Built<Rows> = (session: Session, values?: Values) => Promise<Rows>;

interface Decoder {
  mapFromDriverValue(value: unknown): unknown;
}
interface Field {
  path: string[];
  field: Column | SQL | SQL.Aliased;
}
/** What Drizzle keeps of a prepared statement. */
interface Insides {
  queryString: string;
  params: unknown[];
  fields: Field[] | undefined;
  /** By table: false where a row may be without one of its. */
  joinsNotNullableMap: Record<string, boolean> | undefined;
}

/** Builds statements, and sends none. */
const builder = drizzle.mock({ schema }) as unknown as Database;

/**
 * Builds a statement once. Drizzle would build its text at every call, or keep the connections that it was prepared on;
 * this one is named, runs wherever its caller works, and reads rows three times as fast.
 */
export function built<Rows>(build: (database: Database) => Prepared<Rows>): Built<Rows> {
  const statement = build(builder);
  const { queryString, params, fields, joinsNotNullableMap } = statement as unknown as Insides;
  const mayLackTable = Object.values(joinsNotNullableMap ?? {}).includes(false);
  if (fields?.some(({ path }) => path.length > (mayLackTable ? 1 : 2))) {
    // Then the objects in a row may be null as a whole.
    return (session, values = {}) => {
      const query = session._.session.prepareQuery(
        { sql: queryString, params },
        fields as never,
        'named',
        true,
      );
      return Object.assign(query, { joinsNotNullableMap }).execute({ ...values }) as Promise<Rows>;
    };
  }
  const fill = filler(params);
  const read = fields && rowReader(fields);
  return async (session, values = {}) => {
    const sent = sendOf(session)(queryString, fill(values), { prepare: true });
    return (read ? (await sent.values()).map(read as never) : await sent) as Rows;
  };
}

/** The driver under a session, which Drizzle's types don't show. */
const sendOf = (session: Session): Send =>
  (session._.session as unknown as { client: { unsafe: Send } }).client.unsafe;

type Fill = (values: Values) => unknown;

function filler(params: readonly unknown[]) {
  const fills = params.map((param): Fill => {
    if (is(param, Placeholder)) return (values) => given(values, param.name);
    if (is(param, Param) && is(param.value, Placeholder)) {
      const { encoder, value } = param;
      return (values) => encoder.mapToDriverValue(given(values, value.name));
    }
    return () => param;
  });
  return (values: Values) => fills.map((fill) => fill(values));
}

function given(values: Values, name: string): unknown {
  const value = values[name];
  if (value === undefined) throw new Error(`a statement has no value for ${name}`);
  return value;
}

type Read = (value: unknown) => unknown;

/** Turns a row, which is a list of values, into an object, which may have objects in it. */
function rowReader(fields: readonly Field[]) {
  const columns = fields.map(({ path, field }) => ({
    name: path.at(-1)!,
    inside: path.length > 1 ? path[0] : undefined,
    read: readerOf(field),
  }));
  return (row: readonly unknown[]) => {
    const whole: Record<string, unknown> = {};
    for (let at = 0; at < columns.length; at++) {
      const { name, inside, read } = columns[at]!;
      const value = row[at];
      const object = inside === undefined ? whole : objectIn(whole, inside);
      object[name] = value === null || read === undefined ? value : read(value);
    }
    return whole;
  };
}

function objectIn(whole: Record<string, unknown>, name: string): Record<string, unknown> {
  whole[name] ??= {};
  return whole[name] as Record<string, unknown>;
}

/** How a value of the field is read; undefined where it is taken as it is. */
function readerOf(field: Field['field']): Read | undefined {
  if (is(field, PgTimestamp) && field.withTimezone) return timeOf as Read;
  const decoder: Decoder = is(field, Column)
    ? field
    : ((is(field, SQL.Aliased) ? field.sql : field) as unknown as { decoder: Decoder }).decoder;
  return takesAsIs(decoder) ? undefined : (value) => decoder.mapFromDriverValue(value);
}

const takesAsIs = ({ mapFromDriverValue }: Decoder) =>
  mapFromDriverValue === Column.prototype.mapFromDriverValue || mapFromDriverValue === noDecoder;

const noDecoder = (new SQL([]) as unknown as { decoder: Decoder }).decoder.mapFromDriverValue;
