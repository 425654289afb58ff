import { createHash } from 'node:crypto';
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { invalid } from '../../errors.ts';
import type { Owner } from '../../filters/fields.ts';
import type { KeyValue, Places } from './places.ts';
import { isStorableText } from './text.ts';

export const MOST_A_PAGE = 500;
const DEFAULT_A_PAGE = 50;
const LARGEST_OFFSET = 2 ** 31 - 1;

/** Which part of a list: by cursor forwards or backwards, or, where one jumps, by offset. */
export interface PageRequest<F extends string> {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  offset?: number | null;
  filter?: string | null;
  orderBy?: readonly { field: F; direction: 'asc' | 'desc' }[] | null;
}

export interface Page<T> {
  items: T[];
  /** Marks an item's place; of use with the same order and filter only. */
  cursorOf: (item: T) => string;
  hasNext: boolean;
  hasPrevious: boolean;
}

/** What is computed only when asked for. */
export interface Listing<T> {
  page(): Promise<Page<T>>;
  total(): Promise<number>;
}

/** A field to sort by: what the database orders, and the same value of an item that was read. */
export interface SortField<T> {
  expression: SQLWrapper;
  of: (item: T) => KeyValue;
  type: 'text' | 'timestamptz' | 'bigint';
  nullable?: boolean;
  /** Whose the value is, where it isn't the row's own. */
  owner?: Owner;
}
export interface Key<T> extends SortField<T> {
  field: string;
  descending: boolean;
}

/** Which rows of all that match are read, and in which order. */
export interface ListPart {
  orderBy: SQL[];
  limit: number;
  offset: number;
}

/**
 * Lists by keyset: a page costs the same at any depth, and new rows don't shift the pages. `unique` is a field that
 * never repeats and is never null: it ends every order.
 * @throws INVALID_INPUT for arguments that contradict each other, or a cursor of another order or filter.
 */
export function list<T, F extends string>(
  request: PageRequest<F>,
  fields: Record<F, SortField<T>>,
  unique: F,
  source: {
    /** `keys` are what `orderBy` is made of. */
    rows(where: SQL | undefined, part: ListPart & { keys: readonly Key<T>[] }): Promise<T[]>;
    count(): Promise<number>;
    /** The remembered places of the list in this order. */
    places?(keys: readonly Key<T>[]): Promise<Places | undefined>;
  },
): Listing<T> {
  const window = readWindow(request);
  const order = [...(request.orderBy ?? []), { field: unique, direction: 'asc' as const }];
  const distinct = order.filter(
    ({ field }, index) => order.findIndex((one) => one.field === field) === index,
  );
  const keys = distinct
    .slice(0, distinct.findIndex(({ field }) => field === unique) + 1)
    .map(({ field, direction }): Key<T> => ({ ...fields[field], field, descending: direction === 'desc' }));
  const markOf = once(() => fingerprint([distinct, request.filter ?? null]));

  const page = async (): Promise<Page<T>> => {
    const { backwards, cursor, limit, offset } = window;
    const ordered = backwards ? keys.map((key) => ({ ...key, descending: !key.descending })) : keys;
    const read = (after: readonly KeyValue[] | undefined, part: { limit: number; offset: number }) =>
      source.rows(after && beyond(ordered, after), {
        ...part,
        orderBy: ordered.map(orderOf),
        keys: ordered,
      });
    const places = offset > 0 ? await source.places?.(keys) : undefined;
    const after = cursor && readCursor(cursor.text, markOf(), keys, cursor.argument);
    const part = { limit: limit + 1, offset };
    const found = places ? await readFrom(places, keys, read, part) : await read(after, part);
    const more = found.length > limit;
    const items = found.slice(0, limit);
    return {
      items: backwards ? items.reverse() : items,
      cursorOf: (item) => writeCursor(markOf(), keys, item),
      hasNext: backwards ? cursor !== undefined : more,
      hasPrevious: backwards ? more : cursor !== undefined || offset > 0,
    };
  };
  return { page: once(page), total: once(source.count) };
}

/** Reads a part of a list from the nearest place that is remembered, and remembers where it begins and ends. */
async function readFrom<T>(
  places: Places,
  keys: readonly Key<T>[],
  read: (after: readonly KeyValue[] | undefined, part: { limit: number; offset: number }) => Promise<T[]>,
  { limit, offset }: { limit: number; offset: number },
): Promise<T[]> {
  const { at, values } = places.nearest(offset) ?? { at: 0, values: undefined };
  // Where it begins is told by the row before.
  const before = offset > at ? 1 : 0;
  const found = await read(values, { limit: limit + before, offset: offset - at - before });
  const note = (item: T | undefined, place: number) =>
    item && places.note({ at: place, values: keys.map(({ of }) => of(item)) });
  if (before) note(found[0], offset);
  note(found.at(-1), offset - before + found.length);
  return found.slice(before);
}

function once<T extends {}>(work: () => T): () => T {
  let result: T | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

function readWindow({ first, after, last, before, offset }: PageRequest<string>) {
  if (first != null && last != null) throw invalid('last: cannot be used together with first', ['last']);
  if (after != null && before != null)
    throw invalid('before: cannot be used together with after', ['before']);
  if (after != null && last != null) throw invalid('last: goes with before, not with after', ['last']);
  if (before != null && first != null) throw invalid('first: goes with after, not with before', ['first']);
  if (offset != null && (after ?? before ?? last) != null)
    throw invalid('offset: cannot be used together with a cursor or last', ['offset']);
  requireBetween('first', first, 0, MOST_A_PAGE);
  requireBetween('last', last, 0, MOST_A_PAGE);
  requireBetween('offset', offset, 0, LARGEST_OFFSET);
  const backwards = last != null || before != null;
  const argument = backwards ? 'before' : 'after';
  const text = backwards ? before : after;
  return {
    backwards,
    cursor: text == null ? undefined : { text, argument },
    limit: (backwards ? last : first) ?? DEFAULT_A_PAGE,
    offset: offset ?? 0,
  };
}

function requireBetween(name: string, value: number | null | undefined, least: number, most: number): void {
  if (value != null && (value < least || value > most))
    throw invalid(`${name}: must be from ${least} to ${most}`, [name]);
}

export const orderOf = ({ expression, descending }: Pick<Key<never>, 'expression' | 'descending'>): SQL =>
  descending ? sql`${expression} DESC` : sql`${expression} ASC`;

/** The condition for rows that come after `values`. */
function beyond<T>(keys: readonly Key<T>[], values: readonly KeyValue[]): SQL {
  const operands = keys.map(({ type }, index) => sql`${literal(values[index]!)}::${sql.raw(type)}`);
  const sameWay = keys.every(({ descending, nullable }) => descending === keys[0]!.descending && !nullable);
  if (sameWay) {
    const left = sql.join(
      keys.map(({ expression }) => sql`${expression}`),
      sql`, `,
    );
    return sql`(${left}) ${keys[0]!.descending ? sql`<` : sql`>`} (${sql.join(operands, sql`, `)})`;
  }
  const levels = keys.map((key, index) => {
    const before = keys.slice(0, index).map((one, at) => equalTo(one, values[at]!, operands[at]!));
    return sql`(${sql.join([...before, after(key, values[index]!, operands[index]!)], sql` AND `)})`;
  });
  return sql`(${sql.join(levels, sql` OR `)})`;
}

const literal = (value: KeyValue) => (value instanceof Date ? value.toISOString() : value);
const equalTo = <T>({ expression }: Key<T>, value: KeyValue, operand: SQL) =>
  value === null ? sql`${expression} IS NULL` : sql`${expression} = ${operand}`;

/** Nulls come last ascending and first descending. */
function after<T>({ expression, descending, nullable }: Key<T>, value: KeyValue, operand: SQL): SQL {
  if (value === null) return descending ? sql`${expression} IS NOT NULL` : sql`FALSE`;
  if (descending) return sql`${expression} < ${operand}`;
  return nullable
    ? sql`(${expression} > ${operand} OR ${expression} IS NULL)`
    : sql`${expression} > ${operand}`;
}

/** Short, as it only tells apart what one client mixes up; it protects nothing. */
const fingerprint = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 8);

function writeCursor<T>(mark: string, keys: Key<T>[], item: T): string {
  const values = keys.map(({ of }) => {
    const value = of(item);
    return value instanceof Date ? value.getTime() : value;
  });
  return Buffer.from(JSON.stringify([mark, ...values])).toString('base64url');
}

/** Milliseconds of the years 1 to 9999: all that are stored, and PostgreSQL takes every one. */
const isTime = (value: unknown): value is number =>
  Number.isSafeInteger(value) &&
  (value as number) >= -62_135_596_800_000 &&
  (value as number) < 253_402_300_800_000;

function readCursor<T>(text: string, mark: string, keys: Key<T>[], argument: string): KeyValue[] {
  const refuse = () => invalid(`${argument}: is not a cursor of this list`, [argument]);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw refuse();
  }
  if (!Array.isArray(parsed) || typeof parsed[0] !== 'string' || parsed.length !== keys.length + 1)
    throw refuse();
  if (parsed[0] !== mark)
    throw invalid(`${argument}: belongs to a list with another order or filter`, [argument]);
  return keys.map(({ type, nullable }, index) => {
    const value: unknown = parsed[index + 1];
    if (value === null && nullable) return null;
    if (type === 'text' && typeof value === 'string' && isStorableText(value)) return value;
    if (type === 'bigint' && Number.isSafeInteger(value)) return value as number;
    if (type === 'timestamptz' && isTime(value)) return new Date(value);
    throw refuse();
  });
}

/** The names a REST `sort` may use: those of the order's fields. */
export const sortNames = <F extends string>(order: Record<F, unknown>) =>
  Object.fromEntries(Object.keys(order).map((field) => [field, field])) as Record<F, F>;
