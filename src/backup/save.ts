import type { Connection } from '../database/connection.ts';
import { openSnapshot, type Snapshot } from '../database/snapshot.ts';
import { ContentLostError, type ContentStore } from '../storage/store.ts';
import { VERSION } from '../version.ts';
import { END, frame } from './archive.ts';
import {
  DESCRIPTION,
  type Description,
  END_OF_BACKUP,
  FORMAT,
  fileName,
  rowsIn,
  rowsName,
  type Sums,
} from './contents.ts';

export interface Saving {
  direct: Connection;
  store: ContentStore;
  /** False leaves the files out. */
  files: boolean;
  /** Gets a line for each file that the store has lost. */
  tell: (line: string) => void;
}

/** Blocks of rows are gathered up to this size. */
const PART = 1 << 20;

/** A backup of the database and the store as they are now, piece by piece. `sums` is complete at its end. */
export async function* backup(saving: Saving, sums: Sums): AsyncGenerator<Buffer> {
  const snapshot = await openSnapshot(saving.direct);
  try {
    yield* json(DESCRIPTION, describe(snapshot));
    for (const table of snapshot.tables) {
      sums.rows[table.name] = 0;
      let part = 0;
      for await (const block of gathered(await snapshot.rows(table))) {
        sums.rows[table.name]! += rowsIn(block);
        yield* entry(rowsName(table.name, part++), block);
      }
    }
    if (saving.files) for (const content of snapshot.contents) yield* file(saving, content, sums);
    yield* json(END_OF_BACKUP, sums);
    yield END;
  } finally {
    await snapshot.close();
  }
}

const describe = ({ migration, tables, counters }: Snapshot): Description => ({
  format: FORMAT,
  version: VERSION,
  at: new Date().toISOString(),
  migration,
  tables,
  counters,
});

async function* file(
  { store, tell }: Saving,
  { location, size }: { location: string; size: number },
  sums: Sums,
): AsyncGenerator<Buffer> {
  const there = await store.sizeOf(location);
  if (there !== size) {
    tell(`the content ${location} is ${there === undefined ? 'lost' : 'damaged'}: it is not in the backup`);
    return;
  }
  const { head, tail } = frame(fileName(location), size);
  yield head;
  let read = 0;
  for await (const piece of await store.read(location)) {
    read += piece.length;
    yield piece;
  }
  if (read !== size) throw new ContentLostError(location);
  yield tail;
  sums.files++;
  sums.bytes += size;
}

function* entry(name: string, body: Buffer): Generator<Buffer> {
  const { head, tail } = frame(name, body.length);
  yield head;
  yield body;
  yield tail;
}

const json = (name: string, value: unknown) => entry(name, Buffer.from(JSON.stringify(value)));

async function* gathered(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let blocks: Buffer[] = [];
  let size = 0;
  for await (const block of rows) {
    blocks.push(block);
    size += block.length;
    if (size < PART) continue;
    yield Buffer.concat(blocks);
    blocks = [];
    size = 0;
  }
  if (size) yield Buffer.concat(blocks);
}
