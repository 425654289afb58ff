import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** Why a body isn't read to its end, with the status of the answer. */
export class UnreadBody extends Error {
  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}

/** The encodings that a packed body may have, and how to unpack them. */
const UNPACKERS = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** An unpacked body may be as large as this part of the limit, however little was sent … */
const FREE_SHARE = 1 / 16;
/** … and beyond that, so many times as large as what was sent. Rows that differ only in a number come to sixty. */
const LARGEST_RATIO = 100;

/** Whether a request has a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const tooLarge = (limit: number) => new UnreadBody(413, `The body may have at most ${limit} bytes`);
const growsTooMuch = () =>
  new UnreadBody(413, `The body becomes more than ${LARGEST_RATIO} times as large when it is unpacked`);

/**
 * Reads a body, packed or not, of at most `limit` bytes. If it has more, the rest isn't read.
 * @throws UnreadBody
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
    const source = unpacked(request);
    const isPacked = source !== request;
    const chunks: Buffer[] = [];
    let sent = 0;
    let length = 0;
    const giveUp = (error: UnreadBody) => {
      source.off('data', take);
      if (isPacked) {
        request.unpipe();
        source.destroy();
      }
      reject(error);
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      const free = Math.max(limit * FREE_SHARE, sent * LARGEST_RATIO);
      if (length > limit) giveUp(tooLarge(limit));
      else if (isPacked && length > free) giveUp(growsTooMuch());
      else chunks.push(chunk);
    };
    const brokeOff = () => {
      if (!request.complete) giveUp(new UnreadBody(400, 'The body broke off'));
    };
    if (isPacked)
      request.on('data', (chunk: Buffer) => {
        sent += chunk.length;
      });
    source.on('data', take);
    source.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)));
    source.on('error', () => giveUp(new UnreadBody(400, 'The body cannot be unpacked')));
    request.once('close', brokeOff);
    if (request.destroyed) brokeOff();
  });
}

/** @throws UnreadBody for an unknown encoding */
function unpacked(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return request;
  if (!Object.hasOwn(UNPACKERS, encoding))
    throw new UnreadBody(415, `The content encoding must be one of ${Object.keys(UNPACKERS).join(', ')}`);
  return request.pipe(UNPACKERS[encoding as keyof typeof UNPACKERS]());
}
