import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { ByteRange, Download } from '../services/software/artifacts/download.ts';
import { isMatch } from './http.ts';
import { rangesOf } from './ranges.ts';

const TYPE = 'application/octet-stream';
const HEADERS = [
  'ETag',
  'Accept-Ranges',
  'Last-Modified',
  'Content-Disposition',
  'Content-Type',
  'Content-Length',
  'Content-Range',
];

/**
 * How conditions are read. `standard`: as RFC 9110 says. `device`: as in hawkBit's device API: `If-Match` is the bare
 * SHA-1, and `If-None-Match` is ignored.
 */
type Conditions = 'standard' | 'device';

interface Sending {
  conditions: Conditions;
  /** Runs before the end of the file is sent. */
  beforeAll?: () => Promise<void>;
}

/** Sends a file, or the requested ranges of it. It is no error if a client disconnects. */
export async function sendDownload(
  request: Request,
  response: Response,
  download: Download,
  { conditions, beforeAll }: Sending,
): Promise<void> {
  const { sha1, size, filename, lastModifiedAt } = download;
  const etag = `"${sha1}"`;
  response.set({ ETag: etag, 'Accept-Ranges': 'bytes', 'Last-Modified': lastModifiedAt.toUTCString() });
  if (!preconditionHolds(request, etag, conditions)) return nothing(response, 412);
  if (conditions === 'standard' && isMatch(request, etag)) return nothing(response, 304);
  const wanted = wantedRange(request, download);
  const ranges = wanted === undefined ? [] : rangesOf(wanted, size);
  if (!ranges) return nothing(response.set('Content-Range', `bytes */${size}`), 416);

  response.attachment(filename).set('Content-Type', TYPE);
  const [first, ...more] = ranges;
  if (!first) {
    response.set('Content-Length', String(size));
    return send(request, response, () => openAfter(download, beforeAll));
  }
  response.status(206);
  if (more.length) return sendRanges(request, response, download, ranges);
  response.set({ 'Content-Range': contentRange(first, size), 'Content-Length': lengthOf(first) });
  await send(request, response, () => download.read(first));
}

type Content = Awaited<ReturnType<Download['read']>>;

/** A content that cannot be opened is not recorded as sent. */
async function openAfter(download: Download, beforeAll?: () => Promise<void>): Promise<Content> {
  const content = await download.read();
  try {
    await beforeAll?.();
    return content;
  } catch (error) {
    if (content instanceof Readable) content.destroy();
    throw error;
  }
}

function nothing(response: Response, status: number): void {
  response.status(status).end();
}

function preconditionHolds({ headers }: Request, etag: string, conditions: Conditions): boolean {
  const condition = headers['if-match'];
  if (condition === undefined) return true;
  const matching = conditions === 'device' ? etag.slice(1, -1) : etag;
  return condition.split(',').some((tag) => ['*', matching].includes(tag.trim()));
}

/** The `Range` header, unless `If-Range` says that the client's part is of another file. */
function wantedRange(request: Request, { sha1, lastModifiedAt }: Download): string | undefined {
  const { range } = request.headers;
  const condition = request.get('If-Range');
  const same = [undefined, `"${sha1}"`, sha1, lastModifiedAt.toUTCString()];
  return request.method === 'GET' && same.includes(condition) ? range : undefined;
}

const lengthOf = ({ first, last }: ByteRange) => last - first + 1;
const contentRange = ({ first, last }: ByteRange, size: number) => `bytes ${first}-${last}/${size}`;

/** Several ranges are sent as the parts of one body (RFC 9110, 14.6). */
async function sendRanges(
  request: Request,
  response: Response,
  download: Download,
  ranges: readonly ByteRange[],
): Promise<void> {
  const boundary = randomUUID();
  const heads = ranges.map((range) =>
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: ${TYPE}\r\nContent-Range: ${contentRange(range, download.size)}\r\n\r\n`,
    ),
  );
  const end = Buffer.from(`\r\n--${boundary}--\r\n`);
  const lengths = [...heads.map(({ length }) => length), ...ranges.map(lengthOf), end.length];
  response.set({
    'Content-Type': `multipart/byteranges; boundary=${boundary}`,
    'Content-Length': lengths.reduce((sum, length) => sum + length),
  });
  async function* parts(first: Content) {
    for (const [index, range] of ranges.entries()) {
      yield heads[index]!;
      const content = index ? await download.read(range) : first;
      if (content instanceof Readable) yield* content;
      else yield content;
    }
    yield end;
  }
  const open = async () => Readable.from(parts(await download.read(ranges[0])), { objectMode: false });
  await send(request, response, open);
}

async function send(request: Request, response: Response, open: () => Promise<Content>): Promise<void> {
  if (request.method === 'HEAD') return void response.end();
  const content = await open().catch((error) => {
    // These headers describe the file, not the error.
    for (const name of HEADERS) response.removeHeader(name);
    throw error;
  });
  if (!(content instanceof Readable)) return void response.end(content);
  try {
    await pipeline(content, response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
