import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { s3Store } from '../storage/s3.ts';
import { replaceFile } from '../storage/whole-file.ts';
import { BrokenBackupError } from './archive.ts';

/* Where a backup lies: a file, an object of a bucket, or `-` for standard output and input. */

const S3 = /^(s3:\/\/[^/]+)\/(.*[^/])$/;
/** An object has at most 10,000 parts: this is enough for 320 GB. */
const PART = 32 << 20;
/** More makes it little smaller, but much slower. */
const LEVEL = 1;

export const isPlace = (place: string): boolean => !place.startsWith('s3:') || S3.test(place);

/** Writes a backup there, compressed. It is there when it is whole, and not before. @returns its size */
export async function writeTo(
  place: string,
  pieces: AsyncIterable<Buffer>,
  endpoint: string | undefined,
): Promise<number> {
  let size = 0;
  const counted = async function* (compressed: AsyncIterable<Buffer>) {
    for await (const piece of compressed) {
      size += piece.length;
      yield piece;
    }
  };
  const [, bucket, key] = S3.exec(place) ?? [];
  const source = Readable.from(pieces, { objectMode: true, highWaterMark: 2 });
  const gzip = createGzip({ level: LEVEL });
  if (bucket) {
    const store = await s3Store(bucket, endpoint, PART);
    await pipeline(source, gzip, (compressed) => store.write(key!, counted(compressed)));
  } else if (place === '-') await pipeline(source, gzip, counted, process.stdout, { end: false });
  else await pipeline(source, gzip, (compressed) => toFile(place, counted(compressed)));
  return size;
}

/** Waits for the first piece: who may not make a backup now must not touch one that another process is writing. */
async function toFile(path: string, content: AsyncGenerator<Buffer>): Promise<void> {
  const first = await content.next();
  const pieces = async function* () {
    if (!first.done) yield first.value;
    yield* content;
  };
  await replaceFile(path, pieces());
}

/** Reads a backup from there. @throws BrokenBackupError if it isn't whole */
export async function readFrom<T>(
  place: string,
  endpoint: string | undefined,
  work: (pieces: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const [, bucket, key] = S3.exec(place) ?? [];
  const source = bucket
    ? await (await s3Store(bucket, endpoint)).read(key!)
    : place === '-'
      ? process.stdin
      : createReadStream(place, { highWaterMark: 1 << 18 });
  try {
    let done: T | undefined;
    await pipeline(source, createGunzip(), async (pieces: AsyncIterable<Buffer>) => {
      done = await work(pieces);
    });
    return done!;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new BrokenBackupError('the backup is cut off');
    if (code.startsWith('Z_')) throw new BrokenBackupError('this is no backup of Muster, or it is damaged');
    throw error;
  }
}
