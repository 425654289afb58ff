import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import { type Load, loadRows } from '../database/load.ts';
import { migrate, migrations, newestKnown } from '../database/migrate.ts';
import type { ContentStore } from '../storage/store.ts';
import { BrokenBackupError, type Entry, entriesOf } from './archive.ts';
import { DESCRIPTION, Description, END_OF_BACKUP, locationOf, rowsIn, Sums, tableOf } from './contents.ts';

/** The database, or the backup, is not what this needs; nothing was changed. */
export class RestoreRefusedError extends Error {}

export interface Restoring {
  direct: Connection;
  /** Where the database is, for people. */
  where: string;
  store: ContentStore;
}

/**
 * Puts a backup into an empty database and the store. Rows are there all together or not at all: the end of the backup
 * must have been read before.
 * @throws RestoreRefusedError, BrokenBackupError
 */
export async function restore(
  chunks: AsyncIterable<Buffer>,
  { direct, where, store }: Restoring,
): Promise<{ description: Description; sums: Sums }> {
  const entries = openCursor(entriesOf(chunks));
  const description = await describedIn(entries);
  const { tables, counters, migration } = description;
  const written: string[] = [];
  let sums: Sums | undefined;
  const load = async (load: Load): Promise<Sums> => {
    if (load.isDistributed)
      throw new RestoreRefusedError(
        `The tables of ${where} are on several nodes of Citus already: restore into a new database of theirs, before \`muster migrate\` has been there; restoring distributes them.`,
      );
    if (load.filled.length)
      throw new RestoreRefusedError(
        `The database ${where} is not empty (${load.filled.join(', ')}): a backup is restored into a new one, so set another MUSTER_DATA_DIR or DATABASE_URL.`,
      );
    const read: Sums = {
      rows: Object.fromEntries(tables.map(({ name }) => [name, 0])),
      files: 0,
      bytes: 0,
    };
    for (const table of tables)
      if (tableOf(entries.current?.name ?? '') === table.name)
        await load.rows(table, rowsOf(table.name, entries, read));
    await filesOf(entries, store, { written, read });
    await requireEnd(entries, read);
    for (const counter of counters) await load.count(counter);
    return read;
  };
  await migrate(
    direct,
    async ({ client }) => {
      // Once rows are there, these are their files, whatever fails after that.
      sums = await loadRows(client, tables, load).catch(async (error) => {
        for (const location of written) await store.remove(location);
        throw error;
      });
    },
    migrations().filter(({ folderMillis }) => folderMillis <= migration),
  );
  await migrate(direct, async ({ client }) => void (await client.unsafe('ANALYZE')));
  return { description, sums: sums! };
}

interface Cursor {
  readonly current: Entry | undefined;
  next(): Promise<void>;
}

function openCursor(entries: AsyncGenerator<Entry>): Cursor {
  let current: Entry | undefined;
  return {
    get current() {
      return current;
    },
    async next() {
      const { value, done } = await entries.next();
      current = done ? undefined : value;
    },
  };
}

async function describedIn(entries: Cursor): Promise<Description> {
  await entries.next();
  const { current } = entries;
  if (current?.name !== DESCRIPTION) throw new BrokenBackupError('this is no backup of Muster');
  const description = await jsonOf(current, Description);
  if (description.migration > newestKnown())
    throw new RestoreRefusedError(
      `The backup was made by a newer Muster (${description.version}): restore it with that version or a newer one.`,
    );
  await entries.next();
  return description;
}

async function jsonOf<T>(entry: Entry, schema: z.ZodType<T>): Promise<T> {
  const pieces: Buffer[] = [];
  for await (const piece of entry.body) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  const read = z
    .string()
    .transform((it) => JSON.parse(it))
    .pipe(schema)
    .safeParse(text);
  if (!read.success) throw new BrokenBackupError(`${entry.name} of the backup cannot be read`);
  return read.data as T;
}

/** The rows of a table, which are in several entries. */
async function* rowsOf(table: string, entries: Cursor, read: Sums): AsyncGenerator<Buffer> {
  while (entries.current && tableOf(entries.current.name) === table) {
    for await (const block of entries.current.body) {
      read.rows[table]! += rowsIn(block);
      yield block;
    }
    await entries.next();
  }
}

async function filesOf(
  entries: Cursor,
  store: ContentStore,
  { written, read }: { written: string[]; read: Sums },
): Promise<void> {
  for (; entries.current; await entries.next()) {
    const { name, size, body } = entries.current;
    const location = locationOf(name);
    if (location === undefined) return;
    read.files++;
    read.bytes += size;
    // Contents never change: one that is there already, as in a bucket that outlived its database, stays.
    if ((await store.sizeOf(location)) === size) continue;
    await store.remove(location);
    written.push(location);
    await store.write(location, body);
  }
}

async function requireEnd(entries: Cursor, read: Sums): Promise<void> {
  const { current } = entries;
  if (current?.name !== END_OF_BACKUP) throw new BrokenBackupError('the backup is damaged');
  const said = await jsonOf(current, Sums);
  await entries.next();
  const tables = Object.keys({ ...said.rows, ...read.rows });
  const isWhole =
    !entries.current &&
    said.files === read.files &&
    said.bytes === read.bytes &&
    tables.every((table) => said.rows[table] === read.rows[table]);
  if (!isWhole) throw new BrokenBackupError('the backup is damaged: it has not all that its end names');
}
