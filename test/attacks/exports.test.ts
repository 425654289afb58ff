import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import type { Send } from './support/send.ts';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* Who asks for much and doesn't read it. */

const server = await startAttacked();
const { admin, authorization } = server.tenant;
const TARGETS = 200;
/** More than there are connections to the database. */
const READERS = 12;
/** MiB: half of what all of them will have read. */
const HELD = 120;

beforeAll(async () => {
  const value = 'x'.repeat(1_000);
  const metadata = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, value]));
  const rows = Array.from({ length: TARGETS }, (_, n) => JSON.stringify({ controllerId: `d${n}`, metadata }));
  const { json } = await admin('/imports', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.join('\n'),
  });
  expect(json.rows).toMatchObject({ created: TARGETS });
}, 120_000);

/** Asks, and reads nothing until it is told to. */
const ask = (path: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(server.url + path, { headers: { authorization }, agent: false }, resolve).once('error', reject);
  });

async function readAll(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  return text;
}

it.each(['csv', 'ndjson'])(
  'readers of %s that stall are held little for, and get all in the end',
  { timeout: 120_000 },
  async (format) => {
    let last = '';
    const attack = async (send: Send) => {
      const readers = await Promise.all(
        Array.from({ length: READERS }, () => ask(`/exports?format=${format}`)),
      );
      await pause(1_500);
      expect((await send('/rest/v1/targets?limit=1', { as: authorization })).status).toBe(200);
      last = await readAll(readers.pop()!);
      for (const reader of readers) reader.destroy();
    };
    await expectNoStall(server, attack, { memory: HELD });
    const ids = last.match(/(?<=^|"controllerId":")d\d+/gm);
    expect(ids).toEqual(Array.from({ length: TARGETS }, (_, n) => `d${n}`));
  },
);
