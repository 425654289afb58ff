import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Attack } from './support/send.ts';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* Files that cost much to take in: wide, long, of very many rows, of rows that are all wrong. */

const server = await startAttacked();
const as = server.tenant.authorization;
const CSV = { 'content-type': 'text/csv' };
const NDJSON = { 'content-type': 'application/x-ndjson' };
const MIB = 1 << 20;
/** More than the faults that are kept of an import. */
const VERY_MANY = 101_000;
const MANY = 20_000;

const take = async (headers: Record<string, string>, body: string | Buffer, query = '') => {
  const attack: Attack = { as, headers, body };
  const { status, text } = await expectNoStall(server, (send) => send(`/imports${query}`, attack));
  return { status, ...JSON.parse(text) };
};
const names = (count: number, prefix = 'attribute.a') =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`).join(',');
const faultsOf = async (id: number) => {
  const { text } = await server.tenant.admin(`/imports/${id}/faults`);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};
const MOST_COLUMNS = 2_009;

describe('a heading line', () => {
  it.each([
    ['many columns', `controllerId,${names(40_000)}\n`],
    ['many columns on a line without an end', `controllerId,${names(80_000)}`],
    ['unknown columns', `controllerId,${names(40_000, 'x')}\n`],
    ['the same column again and again', `controllerId,${'name,'.repeat(200_000)}name\n`],
    ['nothing but commas', `controllerId${','.repeat(MIB)}\n`],
    ['nothing but quotes', `controllerId${',""'.repeat(MIB / 3)}\n`],
  ])('of %s is refused at once', async (_, file) => {
    expect(await take(CSV, file)).toMatchObject({
      status: 400,
      message: expect.stringMatching(`^a file has ${MOST_COLUMNS} columns at the most; `),
    });
  });

  it('has as many columns as a target can have fields, and not one more', async () => {
    const fields =
      'controllerId,name,description,group,address,targetType,securityToken,requestAttributes,tags';
    const all = `${fields},${names(1_000)},${names(1_000, 'metadata.m')}`;
    const empty = (cells: number) => `x${cells}${','.repeat(cells - 1)}`;
    const file = `${all}\n${empty(MOST_COLUMNS)}\n${empty(MOST_COLUMNS + 1)}\n${empty(500_000)}\n`;
    const { id, rows } = await take(CSV, file, '?mode=upsert');
    expect(rows).toMatchObject({ read: 3, refused: 2 });
    expect((await faultsOf(id)).map(({ message }) => message)).toEqual([
      `has ${MOST_COLUMNS + 1} cells where the header has ${MOST_COLUMNS}`,
      `has more than ${MOST_COLUMNS} cells`,
    ]);
    expect(await take(CSV, `${all},attribute.more\nx\n`)).toMatchObject({ status: 400 });
  });
});

describe('a row', () => {
  it('is no longer than a target can be', async () => {
    const longest = 'x'.repeat(1.5 * MIB);
    for (const [headers, body] of [
      [NDJSON, `{"controllerId":"${longest}"}\n`],
      [CSV, `controllerId,name\nx,${longest}\n`],
      [CSV, `controllerId,name\nx,"${longest}\n`],
    ] as const)
      expect(await take(headers, body)).toMatchObject({
        status: 400,
        message: expect.stringMatching(/^line \d: a row has \d+ bytes at the most$/),
      });
  });

  it.each([
    ['attributes', 40_000],
    ['metadata', 40_000],
    ['tags', 40_000],
    ['unknown', 40_000],
    ['attributes', 1_900],
    ['metadata', 1_900],
    ['tags', 1_900],
    ['unknown', 1_900],
  ])('with wrong %s tells a few faults of it: %i', async (kind, count) => {
    const wrong = Array.from({ length: count }, (_, n) => `\u00e4${n}${'x'.repeat(count > 5_000 ? 0 : 200)}`);
    const object = Object.fromEntries(wrong.map((name) => [name, '<b>\0</b>']));
    const value = { attributes: object, metadata: object, tags: wrong, unknown: 0 }[kind];
    const target = kind === 'unknown' ? object : { [kind]: value };
    const { id, rows } = await take(NDJSON, `${JSON.stringify({ controllerId: 'x', ...target })}\n`);
    expect(rows).toMatchObject({ read: 1, refused: 1 });
    const faults = await faultsOf(id);
    expect(faults.length).toBeLessThan(12);
    for (const { field, message } of faults) expect(`${field}${message}`.length).toBeLessThan(700);
  });

  it('tells how much else is wrong with it', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`f${n}`, 1]));
    const { id } = await take(NDJSON, JSON.stringify({ controllerId: 'x', ...unknown }));
    expect((await faultsOf(id)).at(-1)).toMatchObject({ field: '', message: '1490 more faults' });
  });

  it('may be large as long as all of it fits a target', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`k${n}`, '\u4e2d'.repeat(4_000)]),
    );
    const row = JSON.stringify({ controllerId: 'large', metadata });
    expect((await take(NDJSON, `${row}\n`, '?mode=upsert')).rows).toMatchObject({ refused: 0 });
  });
});

describe('of very many rows', () => {
  it.each([
    ['rows of nothing', CSV, `controllerId\n${'\n'.repeat(VERY_MANY)}`],
    ['wrong rows of CSV', CSV, `controllerId,name\n${',x\n'.repeat(VERY_MANY)}`],
    ['rows with too few cells', CSV, `controllerId,name\n${'x\n'.repeat(MANY)}`],
    ['rows with odd quotes', CSV, `controllerId,name\n${'x"\n'.repeat(MANY)}`],
    ['rows of NDJSON that are none', NDJSON, '1\n'.repeat(MANY)],
    ['rows of NDJSON without an id', NDJSON, '{}\n'.repeat(MANY)],
  ])('%s, the report is bounded', { timeout: 240_000 }, async (_, headers, body) => {
    const { rows, faults, ...answer } = await take(headers, body);
    expect(answer.status).toBe(200);
    expect(rows.created).toBe(0);
    expect(faults).toBeLessThanOrEqual(100_000);
  });
});

it('tells mark-up of a name that is far too long, at every door', async () => {
  const name = '<a'.repeat(45_000);
  const json = [{ controllerId: 'x', name }];
  const rest = await expectNoStall(server, (send) => send('/rest/v1/targets', { as, json }));
  expect(rest.status).toBe(400);
  const { id } = await take(NDJSON, JSON.stringify(json[0]));
  expect(await faultsOf(id)).toMatchObject([{ message: 'must have at most 128 characters' }]);
  const query =
    'mutation ($input: CreateTargetsInput!) { createTargets(input: $input) { userErrors { message } } }';
  const answer = await expectNoStall(server, (send) =>
    send('/graphql', { as, json: { query, variables: { input: { targets: json } } } }),
  );
  expect(answer.text).toContain('128 characters');
});

it('does not unpack what it is sent', async () => {
  const body = gzipSync(Buffer.alloc(64 * MIB, '1\n'));
  const attack: Attack = { as, headers: { ...NDJSON, 'content-encoding': 'gzip' }, body };
  expect((await expectNoStall(server, (send) => send('/imports', attack))).status).toBe(415);
});

it('reads nothing of somebody who may do nothing', async () => {
  const attack: Attack = { as: server.nobody, headers: CSV, body: `controllerId,${names(40_000)}\n` };
  expect((await expectNoStall(server, (send) => send('/imports', attack))).status).toBe(403);
});
