import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { encode } from 'cbor-x';
import { describe, expect, it } from 'vitest';
import type { Attack } from './support/send.ts';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* Bodies that cost much to read: large, packed, nested, of many values, at every door that takes one. */

const server = await startAttacked();
const boss = server.tenant.authorization;
const LIMIT = 16 << 20;
const DEVICE_LIMIT = 1 << 20;
const JSON_TYPE = { 'content-type': 'application/json' };

/** One text so often that it fills a body. */
const filled = (bytes: number, unit: string, [begin, end] = ['[', ']']) =>
  `${begin}${`${unit},`.repeat((bytes - 100) / (unit.length + 1))}${unit}${end}`;

/** What is costly to read, as large as a body may be. */
const COSTLY = (limit: number): [string, string][] => [
  ['numbers', filled(limit, '1')],
  ['numbers that keep their digits', filled(limit, '1.0')],
  ['objects', filled(limit, '{}')],
  ['names', `{${numbered(limit, (n) => `"k${n}":1`)}}`],
  ['objects of a shape each', `[${numbered(limit, (n) => `{"k${n}":1}`)}]`],
  ['escaped texts', filled(limit, '"\\n"')],
  ['a text', `["${'x'.repeat(limit - 4)}"]`],
  ['an escaped text', `["${'\\u00e4'.repeat(limit / 6 - 1)}"]`],
  ['a number', `[${'1'.repeat(limit - 2)}]`],
  ['blanks', `[${' '.repeat(limit - 2)}]`],
  ['lists in lists', `${'['.repeat(limit / 2)}${']'.repeat(limit / 2)}`],
];

function numbered(limit: number, part: (n: number) => string): string {
  const parts: string[] = [];
  for (let length = 10, n = 0; ; n++) {
    const next = part(n);
    length += next.length + 1;
    if (length > limit) return parts.join(',');
    parts.push(next);
  }
}

const status = async (path: string, attack: Attack) =>
  (await expectNoStall(server, (send) => send(path, attack))).status;

describe('of somebody who may do nothing', () => {
  const some = COSTLY(LIMIT).slice(1, 4);

  it.each(some)('the Management API reads no %s', async (_, body) => {
    const attack = { as: server.nobody, headers: JSON_TYPE, body, gzip: true };
    expect(await status('/rest/v1/targets', attack)).toBe(403);
  });

  it.each(some)('GraphQL reads no %s', async (_, body) => {
    const attack = { as: server.nobody, headers: JSON_TYPE, body, gzip: true };
    expect(await status('/graphql', attack)).toBe(413);
  });

  it('signing in reads a few letters', async () => {
    const attack = { headers: JSON_TYPE, body: filled(LIMIT, '1'), gzip: true };
    expect(await status('/graphql/session', attack)).toBe(413);
  });
});

describe('of somebody who may do all', () => {
  it.each(COSTLY(LIMIT))('the Management API reads %s as they come', async (what, body) => {
    const attack = { as: boss, headers: JSON_TYPE, body };
    // A list of nothing but blanks is one of no targets.
    expect(await status('/rest/v1/targets', attack)).toBe(what === 'blanks' ? 201 : 400);
  });

  it.each(COSTLY(LIMIT))('GraphQL reads %s as they come', async (_, body) => {
    const attack = {
      as: boss,
      headers: JSON_TYPE,
      body: `{"query":"{__typename}","variables":{"x":${body}}}`,
    };
    expect(await status('/graphql', { ...attack, body: attack.body.slice(0, LIMIT) })).toBe(400);
  });

  it.each(['gzip', 'deflate', 'br'])('what grows out of %s has an end', async (encoding) => {
    const pack = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[encoding]!;
    const body = pack(filled(LIMIT, '1'));
    const headers = { ...JSON_TYPE, 'content-encoding': encoding };
    for (const path of ['/rest/v1/targets', '/graphql'])
      expect(await status(path, { as: boss, headers, body })).toBe(413);
  });
});

describe('of a device', () => {
  const put = { method: 'PUT', as: server.device.authorization };
  const path = `${server.device.path}/configData`;

  it.each(COSTLY(DEVICE_LIMIT))('the device API reads %s as they come', async (_, costly) => {
    const body = `{"data":{"a":${costly.slice(0, -20)}`;
    expect(await status(path, { ...put, headers: JSON_TYPE, body })).toBe(400);
  });

  it('what grows out of a kilobyte has an end', async () => {
    const body = filled(DEVICE_LIMIT, '1.0');
    expect(await status(path, { ...put, headers: JSON_TYPE, body, gzip: true })).toBe(413);
  });

  it.each<[string, Uint8Array]>([
    ['numbers', encode({ data: { a: new Array(1_000_000).fill(1) } })],
    ['lists in lists', Buffer.alloc(DEVICE_LIMIT, 0x81)],
    ['lists in lists without an end', Buffer.alloc(DEVICE_LIMIT, 0x9f)],
    ['tags of tags', Buffer.alloc(DEVICE_LIMIT, 0xc1)],
    ['a list of which nothing is there', Buffer.from('9affffffff', 'hex')],
    ['texts in parts', Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(DEVICE_LIMIT - 1, 0x60)])],
    ['names', encode(Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`k${n}`, n])))],
    // An extension by which a list of names becomes a function.
    ['records', recordsOf(20_000)],
  ])('CBOR is read within bounds: %s', async (_, body) => {
    const attack = { ...put, headers: { 'content-type': 'application/cbor' }, body };
    expect(await status(path, attack)).toBe(400);
  });

  it('eight at a time don’t hold up others either', async () => {
    const body = `{"data":{"a":${filled(DEVICE_LIMIT - 100, '1.0')}}}`;
    const answers = await expectNoStall(server, (send) =>
      Promise.all(Array.from({ length: 8 }, () => send(path, { ...put, headers: JSON_TYPE, body }))),
    );
    expect(answers.map((one) => one.status)).toEqual(new Array(8).fill(400));
  });
});

function recordsOf(count: number): Buffer {
  const record = Buffer.from('d9dfff8419e0008161786161', 'hex');
  return Buffer.concat([
    Buffer.from([0x9a, 0, 0, count >> 8, count & 255]),
    ...new Array(count).fill(record),
  ]);
}

describe('a form', () => {
  const form = (parts: string[]) => ({
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`,
  });
  const field = (n: number) => `Content-Disposition: form-data; name="f${n}"\r\n\r\nx`;
  const many = Array.from({ length: 200_000 }, (_, n) => field(n));

  it('is not read of somebody who may do nothing', async () => {
    const attack = { as: server.nobody, ...form(many) };
    expect(await status('/rest/v1/softwaremodules/1/artifacts', attack)).toBe(403);
  });

  it('has parts and headers within bounds', async () => {
    const headers = Array.from({ length: 200_000 }, (_, n) => `X-${n}: x`).join('\r\n');
    for (const parts of [many, [`${headers}\r\n\r\nx`]])
      expect(await status('/rest/v1/softwaremodules/1/artifacts', { as: boss, ...form(parts) })).toBeOneOf([
        400, 404,
      ]);
  });
});
