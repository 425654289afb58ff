import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** Characters that are sent at once. */
const BLOCK = 1 << 16;

/** Sends items as a JSON line each, no faster than they are read. */
export const sendLines = (response: Response, items: AsyncIterable<object>): Promise<void> =>
  sendText(response, lines(items));

async function* lines(items: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`;
}

/** Sends pieces of text, no faster than they are read. It is no error if a client disconnects. */
export async function sendText(response: Response, pieces: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(blocks(pieces), { highWaterMark: 2 }), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* blocks(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < BLOCK) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text) yield Buffer.from(text);
}
