import { afterAll, describe, expect, it } from 'vitest';
import { type Client, createServedTenant, startTestServer } from '../support/server.ts';

/* CSV as people's programs write it. */

const server = await startTestServer();
afterAll(server.stop);

const send = async (admin: Client, body: string | Uint8Array, query = '') => {
  const headers = { 'content-type': 'text/csv' };
  const { status, json } = await admin(`/imports${query}`, { method: 'POST', headers, body });
  return { status, ...json };
};
const linesOf = async (admin: Client, path: string) =>
  (await admin(path)).text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const fleetOf = (admin: Client) => linesOf(admin, '/exports?format=ndjson');

const utf16 = (text: string, isBig = false) => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

const FLEET = [
  { controllerId: 'd1', name: 'Boiler, big; "Ä"\nnew', tags: ['eu', 'heat'], attributes: { 'hw;1': '2' } },
  { controllerId: 'd2' },
];
const cells = (s: string) =>
  [
    ['Controller ID', 'name', 'TAGS', '"attribute.hw;1"'],
    ['d1', '"Boiler, big; ""Ä""\nnew"', '"eu;heat"', '2'],
    ['d2', '', '', ''],
  ]
    .map((row) => `${row.join(s)}\r\n`)
    .join('');

describe('a file as people have it', () => {
  it.each<[string, string | Buffer, string]>([
    ['semicolons', cells(';'), ''],
    ['tabs', cells('\t'), ''],
    ['bars', cells('|'), ''],
    ['a separator that is told', cells('#'), '?delimiter=%23'],
    ['the word tab', cells('\t'), '?delimiter=TAB'],
    ['a separator that is told within', `sep=;\r\n${cells(';')}`, ''],
    ['an odd one that is told within', `"sep=^"\n${cells('^')}`, ''],
    ['a mark of UTF-8', `\ufeff${cells(',')}`, ''],
    ['a mark and a quoted heading', `\ufeff${cells(',').replace('Controller ID', '"controllerId"')}`, ''],
    ['a mark and a separator', `\ufeffsep=;\n${cells(';')}`, ''],
    ['UTF-16, as Excel has it', utf16(cells('\t')), ''],
    ['UTF-16 of the other order', utf16(cells(','), true), ''],
    ['UTF-16 without a last line break', utf16(`sep=;\r\n${cells(';').trimEnd()}`), ''],
  ])('with %s is taken in', async (_, file, query) => {
    const { admin } = await createServedTenant(server);
    expect(await send(admin, file, query)).toMatchObject({
      status: 200,
      rows: { read: 2, created: 2 },
    });
    const { length } = Buffer.from(file);
    expect((await admin('/imports')).json[0].bytes).toBe(length);
    for (const [index, target] of FLEET.entries())
      expect((await fleetOf(admin))[index]).toMatchObject(target);
  });

  it('has headings in any case, with blanks, underscores or hyphens', async () => {
    const { admin } = await createServedTenant(server);
    const headings =
      'CONTROLLER_ID, Name ,target-type,Security Token,request_attributes,Attribute.Hw Rev,META_DATA.a_b';
    const { rows } = await send(admin, `${headings}\nx,n,,secret,false,1,2\n`);
    expect(rows.created).toBe(1);
    expect(await fleetOf(admin)).toMatchObject([
      {
        controllerId: 'x',
        name: 'n',
        securityToken: 'secret',
        requestAttributes: false,
        attributes: { 'Hw Rev': '1' },
        metadata: { a_b: '2' },
      },
    ]);
  });

  it('tells cells that are not what the file is written in, and where they are', async () => {
    const { admin } = await createServedTenant(server);
    const file = Buffer.concat([utf16('controllerId\tname\na\t\ud800\nb\tx\nc\ty'), Buffer.from([0x20])]);
    const { id, rows } = await send(admin, file);
    expect(rows).toMatchObject({ created: 1, refused: 2 });
    expect(await linesOf(admin, `/imports/${id}/faults`)).toMatchObject([
      { line: 2, message: 'cell 2 is not UTF-16' },
      { line: 4, message: 'cell 2 is not UTF-16' },
    ]);
  });
});

describe('what cannot be read says how it was read', () => {
  it.each([
    [
      'id;name\nx;y\n',
      '',
      "the first line must name the columns, and 'controllerId' must be one of them; with a semicolon as separator it names 'id', 'name'",
    ],
    [
      'controllerId\tcolour\n',
      '',
      "there is no column 'colour' of a target; with a tab as separator it names 'controllerId', 'colour'",
    ],
    [
      'controllerId;Controller ID\n',
      '',
      "column 'Controller ID' is there twice; with a semicolon as separator it names 'controllerId', 'Controller ID'",
    ],
    [
      'controllerId,name\n',
      '?delimiter=;',
      "the first line must name the columns, and 'controllerId' must be one of them; with a semicolon as separator it names 'controllerId,name'",
    ],
    [
      `sep=;\n${'abcdefghij'.split('').join(';')}\n`,
      '',
      "the first line must name the columns, and 'controllerId' must be one of them; with a semicolon as separator it names 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and more",
    ],
    ['sep=;\n', '', 'the file has no header'],
    [
      'c\0o\0n\0;name\n',
      '',
      "the first line must name the columns, and 'controllerId' must be one of them; with a semicolon as separator it names 'c\ufffdo\ufffdn\ufffd', 'name'",
    ],
  ])('%j %s', async (file, query, message) => {
    const { admin } = await createServedTenant(server);
    expect(await send(admin, file, query)).toMatchObject({ status: 400, message });
    expect((await admin('/imports')).json).toMatchObject([{ state: 'failed', message }]);
  });

  it.each(['ab', 'a', '7', '%22', '%0A', '%F0%9F%9A%80', ''])(
    'refuses %j as a separator',
    async (delimiter) => {
      const { admin } = await createServedTenant(server);
      expect(await send(admin, 'controllerId\nx\n', `?delimiter=${delimiter}`)).toMatchObject({
        status: 400,
        message: expect.stringMatching(/^delimiter: must be one character/),
      });
    },
  );

  it('takes a separator for CSV only, and no other when it is resumed', async () => {
    const { admin } = await createServedTenant(server);
    const headers = { 'content-type': 'application/x-ndjson' };
    const ndjson = await admin('/imports?delimiter=;', { method: 'POST', headers, body: '{}' });
    expect(ndjson.json.message).toBe('delimiter: is of CSV only');
    const { id } = (await admin('/imports')).json[0] ?? {};
    expect(id).toBeUndefined();
    // A file that can't be read may be sent again.
    await send(admin, 'x\n', '?key=k&delimiter=%23');
    expect(await send(admin, 'controllerId;name\n', '?key=k&delimiter=;')).toMatchObject({
      status: 400,
      message: 'delimiter: was # when the import began',
    });
    expect(await send(admin, 'controllerId#name\nx#;\n', '?key=k')).toMatchObject({
      status: 200,
      delimiter: '#',
      rows: { created: 1 },
    });
  });
});

describe('columns that are told', () => {
  const FILE = 'serial;colour;group;note\nx1;red;eu;a\nx2;blue;eu;"b;c"\n';
  const told = (columns: unknown) => `?columns=${encodeURIComponent(JSON.stringify(columns))}`;

  it('count instead of the headings, and one that is null is left out', async () => {
    const { admin } = await createServedTenant(server);
    const columns = ['controllerId', 'attribute.colour', 'group', null];
    expect(await send(admin, FILE, told(columns))).toMatchObject({
      status: 200,
      rows: { created: 2, refused: 0 },
    });
    expect(await fleetOf(admin)).toMatchObject([
      { controllerId: 'x1', group: 'eu', attributes: { colour: 'red' } },
      { controllerId: 'x2', group: 'eu', attributes: { colour: 'blue' } },
    ]);
  });

  it.each([
    [['controllerId', null], 'columns: 2 are told where the file has 4; with a semicolon as separator it'],
    [['name', null, null, null], "columns: one must be 'controllerId'"],
    [['controllerId', 'controllerId', null, null], "column 'controllerId' is there twice"],
    [['controllerId', 'colour', null, null], "there is no column 'colour' of a target"],
    ['controllerId', 'columns: must be a JSON list of names, with null for what is left out'],
    [[1], 'columns: must be a JSON list of names, with null for what is left out'],
  ])('are refused where they can not be meant: %j', async (columns, message) => {
    const { admin } = await createServedTenant(server);
    const refused = await send(admin, FILE, told(columns));
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining(message) });
  });

  it('are of CSV only', async () => {
    const { admin } = await createServedTenant(server);
    const headers = { 'content-type': 'application/x-ndjson' };
    const query = told(['controllerId']);
    const { status, json } = await admin(`/imports${query}`, { method: 'POST', headers, body: '{}' });
    expect([status, json.message]).toEqual([400, 'columns: is of CSV only']);
  });
});

describe('a target that is in the file more than once', () => {
  const REPEATED = 'is in the file more than once: the last row counts';

  it.each([true, false])('is told as a warning with upsert, and taken in (dry run: %s)', async (dryRun) => {
    const { admin } = await createServedTenant(server);
    await send(admin, 'controllerId\nold\n');
    const many = Array.from({ length: 12_000 }, (_, n) => `d${n},\n`).join('');
    const file = `controllerId,name\nnew,1\nold,1\n${many}old,2\nnew,2\nnew,3\nd7,x\n`;
    const answer = await send(admin, file, `?mode=upsert&dryRun=${dryRun}`);
    expect(answer).toMatchObject({
      status: 200,
      rows: { read: 12_006, created: 12_001, updated: 5, refused: 0 },
      faults: 0,
      warnings: 4,
    });
    const warnings = await linesOf(admin, `/imports/${answer.id}/warnings`);
    expect(warnings).toEqual([
      { line: 12_004, controllerId: 'old', message: REPEATED },
      { line: 12_005, controllerId: 'new', message: REPEATED },
      { line: 12_006, controllerId: 'new', message: REPEATED },
      { line: 12_007, controllerId: 'd7', message: REPEATED },
    ]);
    expect(await linesOf(admin, `/imports/${answer.id}/faults`)).toEqual([]);
    // Of another file it is none.
    const again = await send(admin, file.slice(0, 25), '?mode=upsert');
    expect(again.warnings).toBe(0);
  });

  it('is no warning where it is refused, and warnings are bounded', async () => {
    const { admin } = await createServedTenant(server);
    const file = `controllerId\n${'x\n'.repeat(3_000)}`;
    expect(await send(admin, file)).toMatchObject({ rows: { created: 1, refused: 2_999 }, warnings: 0 });
    const { id, warnings } = await send(admin, file, '?mode=upsert');
    expect(warnings).toBe(2_999);
    expect(await linesOf(admin, `/imports/${id}/warnings`)).toHaveLength(1_000);
    expect((await admin(`/imports/${id + 1}/warnings`)).status).toBe(404);
  });
});
