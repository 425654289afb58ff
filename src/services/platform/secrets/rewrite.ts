import { type SQL, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf } from '../../../database/bulk.ts';
import { postgresErrorOf } from '../../../database/postgres-error.ts';
import { DomainError } from '../../../errors.ts';
import type { Platform } from '../../shared/context.ts';
import { SECRET_PLACES, type SecretPlace } from './places.ts';

type Store = Pick<Platform, 'database' | 'secrets'>;

/** How many rows are changed by one statement. */
const A_BATCH = 500;

/** What was done in a place. */
export interface Rewritten {
  what: string;
  rewritten: number;
  /** Those whose key is not known here, or that somebody has changed. */
  unreadable: number;
}

const TRIES = 3;

const comma = sql.raw(', ');
const named = (names: readonly string[]) =>
  sql.join(
    names.map((name) => sql.identifier(name)),
    comma,
  );

/**
 * Stores all secrets as they are stored now: encrypted with the current key, or plain where there is none. Goes on where
 * an earlier call ended, because it looks for those that are not so yet.
 */
export async function rewriteSecrets(store: Store, isStopping = () => false): Promise<Rewritten[]> {
  const done: Rewritten[] = [];
  for (const place of SECRET_PLACES) {
    const sum: Rewritten = { what: place.what, rewritten: 0, unreadable: 0 };
    done.push(sum);
    let after: readonly unknown[] | undefined;
    do {
      if (isStopping()) return done;
      after = await again(() => rewriteBatch(store, place, { after, sum }));
    } while (after);
  }
  return done;
}

/** Others lock the same rows in another order. What was undone by that may be done anew. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (postgresErrorOf(error)?.code !== '40P01' || attempt === TRIES) throw error;
    }
  }
}

/** @returns the key of the last row looked at; undefined where no more come */
async function rewriteBatch(
  { database, secrets }: Store,
  { table, key, column, read, stored, rows, isToken }: SecretPlace,
  { after, sum }: { after: readonly unknown[] | undefined; sum: Rewritten },
): Promise<readonly unknown[] | undefined> {
  const names = key.map(([name]) => name);
  const beyond =
    after &&
    sql`AND (${named(names)}) > (${sql.join(
      after.map((value, at) => cast(value, key[at]![1])),
      comma,
    )})`;
  // Nothing is locked: a secret that somebody changes meanwhile isn't the one that was read, and stays.
  const found = await database.execute<Record<string, unknown> & { stored: string }>(sql`
    SELECT ${named(names)}, ${read} AS stored FROM ${table}
    WHERE ${rows} AND ${secrets.isOutdated(read)} ${beyond}
    ORDER BY ${named(names)} LIMIT ${A_BATCH} ${overAllTenants('secrets')}`);
  const fresh = found.flatMap((row) => {
    const sealed = resealed(secrets, row.stored, isToken);
    return sealed === undefined ? [] : [{ row, sealed }];
  });
  if (fresh.length) {
    const lists: SQL[] = key.map(
      ([name, type]) => sql`${arrayOf(fresh.map(({ row }) => row[name]))}::${sql.raw(type)}[]`,
    );
    const texts = (list: readonly string[]) => sql`${arrayOf(list)}::text[]`;
    const same = names.map((name) => sql`known.${sql.identifier(name)} = given.${sql.identifier(name)}`);
    const { count } = await database.execute(sql`
      UPDATE ${table} AS known SET ${sql.identifier(column)} = ${stored(sql`given.sealed`)}
      FROM unnest(${sql.join(lists, comma)}, ${texts(fresh.map(({ row }) => row.stored))},
                  ${texts(fresh.map(({ sealed }) => sealed))}) AS given(${named(names)}, was, sealed)
      WHERE ${sql.join(same, sql.raw(' AND '))} AND ${read} = given.was ${overAllTenants('secrets')}`);
    sum.rewritten += count;
  }
  sum.unreadable += found.length - fresh.length;
  const last = found.at(-1);
  return last && found.length === A_BATCH ? names.map((name) => last[name]) : undefined;
}

const cast = (value: unknown, type: string) => sql`${String(value)}::${sql.raw(type)}`;

/** Undefined where it can't be read. */
function resealed(secrets: Store['secrets'], stored: string, isToken: boolean): string | undefined {
  try {
    const text = secrets.open(stored);
    return isToken ? secrets.sealToken(text) : secrets.seal(text);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** How many secrets of each place are not yet stored as they are stored now. */
export async function countOutdated({
  database,
  secrets,
}: Store): Promise<{ what: string; outdated: number; total: number }[]> {
  const counts = [];
  for (const { what, table, rows, read } of SECRET_PLACES) {
    const [row] = await database.execute<{ outdated: string; total: string }>(sql`
      SELECT count(*) FILTER (WHERE ${secrets.isOutdated(read)}) AS outdated, count(*) AS total
      FROM ${table} WHERE ${rows} ${overAllTenants('secrets')}`);
    counts.push({ what, outdated: Number(row!.outdated), total: Number(row!.total) });
  }
  return counts;
}
