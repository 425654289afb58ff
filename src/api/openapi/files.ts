import type { Parameter } from './operation.ts';
import { object, type Schema, text } from './schema.ts';

/* What all doors have in common that send files. */

export const HASHES = object(
  {},
  { md5: text('MD5, in hex.'), sha1: text('SHA-1, in hex.'), sha256: text('SHA-256, in hex.') },
);
export const BYTES: Schema = { type: 'string', format: 'binary' };

const header = (name: string, description: string): Parameter => ({
  name,
  in: 'header',
  description,
  schema: text(),
});
/** What a client may ask for of a file. */
export const RANGES = [
  header(
    'Range',
    'Which bytes, such as `bytes=0-1023`; several ranges are answered as `multipart/byteranges`.',
  ),
  header('If-Range', 'An ETag, or a time: where the file is another, all of it is sent.'),
  header('If-Match', 'ETags: where the file has none of them, 412 is answered.'),
];
const HEADERS = {
  ETag: 'The SHA-1 of the file.',
  'Accept-Ranges': '`bytes`',
  'Last-Modified': 'When it was uploaded.',
};
const FILE = { 'application/octet-stream': BYTES };
export const FILE_ANSWERS = {
  200: { description: 'All of the file.', content: FILE, headers: HEADERS },
  206: {
    description: 'The bytes that were asked for.',
    content: { ...FILE, 'multipart/byteranges': BYTES },
    headers: HEADERS,
  },
  302: { description: 'The file is elsewhere.', headers: { Location: 'Where it is.' } },
  412: 'The file is another.',
  416: 'The file has no such bytes.',
};
