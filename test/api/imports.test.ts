import { request as httpRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { grantsOf } from '../support/grants.ts';
import {
  basic,
  type Client,
  clientOf,
  createServedTenant,
  graphql,
  startTestServer,
} from '../support/server.ts';

const server = await startTestServer();
afterAll(server.stop);

const CSV = { 'content-type': 'text/csv' };
const NDJSON = { 'content-type': 'application/x-ndjson' };
const send = (admin: Client, body: string | Uint8Array, query = '', headers: Record<string, string> = CSV) =>
  admin(`/imports${query}`, { method: 'POST', headers, body });
const faultsOf = async (admin: Client, id: number) => {
  const { text, status } = await admin(`/imports/${id}/faults`);
  expect(status).toBe(200);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};
const exported = async (admin: Client, query = '') => (await admin(`/exports${query}`)).text;
const countOf = async (admin: Client) => (await admin('/rest/v1/targets?limit=1')).json.total;
const NASTY = {
  controllerId: 'Gerät,"1";\\',
  name: '=1+2',
  description: 'line 1\nline 2\r\n "quoted", Übergröße 🚀 \\N',
  group: 'a;b/"c"',
  address: 'https://10.0.0.1/?a=1,2',
  securityToken: 's, "\' x',
  requestAttributes: false,
  tags: ['@x"', 'a;b', 'c\\d'],
  attributes: { 'hw, "rev"': '', build: '-2+3', 'a ': '\t=cmd|x' },
  metadata: { Ort: 'Köln\n"am Rhein"', '': 'x', empty: '' },
};

describe('POST /imports', () => {
  it('takes in a CSV file and tells what became of it', async () => {
    const { admin } = await createServedTenant(server);
    const { status, json, headers } = await send(
      admin,
      'controllerId,name,attribute.hw,tags,metadata.site\r\nd1,"Boiler, big",2,heat;eu,Ulm\r\nd2,,,,\r\n',
    );
    expect({ status, json }).toMatchObject({
      status: 200,
      json: {
        state: 'finished',
        mode: 'create',
        format: 'csv',
        rows: { read: 2, created: 2, updated: 0, refused: 0 },
        bytes: json.bytesTotal,
      },
    });
    expect(headers.get('location')).toBe(`/imports/${json.id}`);
    expect((await admin(`/imports/${json.id}`)).json).toEqual(json);
    expect((await admin('/imports')).json).toEqual([json]);
    const { content } = (await admin('/rest/v1/targets')).json;
    expect(content).toMatchObject([
      { controllerId: 'd1', name: 'Boiler, big', requestAttributes: true, updateStatus: 'registered' },
      { controllerId: 'd2', name: 'd2' },
    ]);
    expect(content[0].securityToken).toMatch(/^[0-9a-f]{32}$/);
    expect((await admin('/rest/v1/targets/d1/attributes')).json).toEqual({ hw: '2' });
    expect((await admin('/rest/v1/targets/d1/tags')).json.map((tag: { name: string }) => tag.name)).toEqual([
      'eu',
      'heat',
    ]);
  });

  it('tells every refused row with its line, the field and the rule', async () => {
    const { admin } = await createServedTenant(server);
    await send(admin, 'controllerId\nold\n');
    const file = [
      'controllerId,name,requestAttributes,targetType,tags',
      'good,,,,', // 2
      'a b,<b>x</b>,maybe,,', // 3
      'old,,,,', // 4
      ',,,,', // 5
      '"two', // 6
      'lines",,,,', // 7
      'short,x', // 8
      'qu"ote,,,,', // 9
      'typed,,,nowhere,', // 10
      'good,,,,', // 11
      `tagged,,,,${'t'.repeat(129)}`, // 12
      'fine,,,,', // 13
      '"never closed,,,,', // 14
      'last,,,,', // 15
    ].join('\n');
    const { json } = await send(admin, file);
    expect(json.rows).toEqual({ read: 13, created: 3, updated: 0, refused: 10 });
    const faults = await faultsOf(admin, json.id);
    expect(faults.map((f) => `${f.line} ${f.field}: ${f.message}`)).toEqual([
      '3 requestAttributes: must be true or false',
      '3 controllerId: must hold no white space',
      '3 name: must hold no mark-up',
      "4 controllerId: Target 'old' already exists.",
      '5 controllerId: must have at least 1 character',
      '6 controllerId: must hold no white space',
      '8 : has 2 cells where the header has 5',
      '9 : a cell with a quote in it must stand in quotes, with the quote written twice',
      '10 targetType: TargetType with given identifier {nowhere} does not exist.',
      "11 controllerId: Target 'good' already exists.",
      '12 tags: must have at most 128 characters',
      '14 : a quote is opened and never closed',
    ]);
    expect(faults[3]).toEqual({
      line: 4,
      controllerId: 'old',
      field: 'controllerId',
      code: 'TARGET_ALREADY_EXISTS',
      message: "Target 'old' already exists.",
    });
    expect(json.faults).toBe(12);
    expect(await countOf(admin)).toBe(4);
  });

  it('tells the same of NDJSON', async () => {
    const { admin } = await createServedTenant(server);
    const { json } = await send(
      admin,
      [
        '{"controllerId": "a", "attributes": {"n": 1.0, "gone": null}, "name": 12345678901234567890}',
        '',
        'nonsense',
        '[]',
        '{"controllerId": "b", "colour": "red", "tags": "x", "metadata": {"k": {}}}',
        '{"controllerId": {"x": 1}}',
        '{"controllerId": "c", "attributes": {"ä": "x"}}',
      ].join('\n'),
      '',
      NDJSON,
    );
    expect(json).toMatchObject({ format: 'ndjson', rows: { read: 6, created: 1, refused: 5 } });
    const faults = await faultsOf(admin, json.id);
    expect(faults.map((f) => `${f.line} ${f.field}: ${f.message}`)).toEqual([
      '3 : is no JSON object',
      '4 : is no JSON object',
      '5 colour: there is no such field',
      '5 tags: must be a list of texts',
      '5 metadata: must be a text',
      '6 controllerId: must be a text',
      "7 attributes.ä: attribute key 'ä': must have 128 characters at the most, of printable ASCII without ~ and `",
    ]);
    expect((await admin('/rest/v1/targets/a')).json.name).toBe('12345678901234567890');
    expect((await admin('/rest/v1/targets/a/attributes')).json).toEqual({ n: '1.0' });
  });

  it('refuses rows that are no UTF-8, and no others', async () => {
    const { admin } = await createServedTenant(server);
    const body = Buffer.concat([
      Buffer.from('controllerId,name\nä,Äpfel\nb,'),
      Buffer.from([0xe4]),
      Buffer.from('\nc,Ü\n'),
    ]);
    const { json } = await send(admin, body);
    expect(json.rows).toMatchObject({ created: 2, refused: 1 });
    expect(await faultsOf(admin, json.id)).toMatchObject([{ line: 3, message: 'cell 2 is not UTF-8' }]);
    const { content } = (await admin('/rest/v1/targets?sort=name:ASC')).json;
    expect(content.map((t: { name: string }) => t.name)).toEqual(['Äpfel', 'Ü']);
  });

  it('changes what exists only with upsert, and then only what is given', async () => {
    const { admin } = await createServedTenant(server);
    const token = 'k'.repeat(20);
    await send(admin, `controllerId,name,group,securityToken,attribute.a,tags\nx,old,g,${token},1,t1\n`);
    const { json } = await send(
      admin,
      'controllerId,name,group,attribute.a,attribute.b,tags,address\nx,new,"",2,3,t2,\ny,,,,,,http://1.2.3.4\nx,newer,,,,,\n',
      '?mode=upsert',
    );
    expect(json.rows).toEqual({ read: 3, created: 1, updated: 2, refused: 0 });
    const x = (await admin('/rest/v1/targets/x')).json;
    expect(x).toMatchObject({ name: 'newer', securityToken: token });
    expect(x.group).toBeUndefined();
    expect((await admin('/rest/v1/targets/x/attributes')).json).toEqual({ a: '2', b: '3' });
    expect((await admin('/rest/v1/targets/x/tags')).json).toHaveLength(2);
    expect((await admin('/rest/v1/targets/y')).json).toMatchObject({ name: 'y', address: 'http://1.2.3.4' });
  });

  it.each([
    [
      'an unknown column',
      'controllerId,colour\n',
      "there is no column 'colour' of a target; with a comma as separator it names 'controllerId', 'colour'",
    ],
    [
      'no controllerId',
      'a,b\n',
      "the first line must name the columns, and 'controllerId' must be one of them; with a comma as separator it names 'a', 'b'",
    ],
    ['nothing', '', 'the file has no header'],
  ])('fails for a header with %s', async (_, file, message) => {
    const { admin } = await createServedTenant(server);
    const { status, json } = await send(admin, file);
    expect({ status, message: json.message }).toEqual({ status: 400, message });
    expect((await admin('/imports')).json).toMatchObject([{ state: 'failed', message }]);
  });

  it.each([
    ['?mode=merge', CSV, 400],
    ['?dryRun=yes', CSV, 400],
    ['?moed=create', CSV, 400],
    ['?resume=99999', CSV, 404],
    ['', { 'content-type': 'application/json' }, 415],
    ['', { ...CSV, 'content-encoding': 'gzip' }, 415],
  ])('refuses %s %o', async (query, headers, expected) => {
    const { admin } = await createServedTenant(server);
    const { status } = await send(admin, 'controllerId\nx\n', query, headers);
    expect(status).toBe(expected);
    expect(await countOf(admin)).toBe(0);
  });

  it('needs permissions, and shows a tenant only its own', async () => {
    const { admin, name } = await createServedTenant(server);
    const other = await createServedTenant(server);
    const { json } = await send(admin, 'controllerId\nx\n');
    for (const path of [`/imports/${json.id}`, `/imports/${json.id}/faults`])
      expect((await other.admin(path)).status).toBe(404);
    expect((await other.admin('/imports')).json).toEqual([]);
    expect((await send(other.admin, 'controllerId\nx\n', `?resume=${json.id}`)).status).toBe(404);
    expect(await exported(other.admin)).not.toContain('x');

    await graphql(
      admin,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
      { input: { username: 'maker', password: 'a-quiet-secret', grants: grantsOf('CREATE_TARGET') } },
    );
    const maker = clientOf(server, basic(`${name}\\maker`, 'a-quiet-secret'));
    expect((await send(maker, 'controllerId\ny\n')).status).toBe(200);
    expect((await send(maker, 'controllerId\ny\n', '?mode=upsert')).status).toBe(403);
    expect((await maker('/exports')).status).toBe(403);
    const nobody = clientOf(server);
    expect((await send(nobody, 'controllerId\ny\n')).status).toBe(401);
    expect((await nobody('/exports')).status).toBe(401);
  });

  it('answers other methods and paths', async () => {
    const { admin } = await createServedTenant(server);
    expect((await admin('/imports', { method: 'DELETE' })).status).toBe(405);
    expect((await admin('/imports/1/nothing')).status).toBe(404);
    expect((await admin('/imports/abc')).status).toBe(404);
    expect((await admin('/exports', { method: 'POST' })).status).toBe(405);
  });

  it('goes on where a broken upload ended, and does nothing twice', async () => {
    const { admin, name } = await createServedTenant(server);
    const rows = Array.from({ length: 20_000 }, (_, n) => `d${n},"Device\n${n}"\n`);
    const file = `controllerId,name\n${rows.join('')}`;
    const authorization = basic(`${name}\\boss`, 'a-quiet-secret');
    await breakOff(`${server.url}/imports?key=k1`, authorization, file.slice(0, file.length * 0.7), () =>
      interrupted(admin, 5_000),
    );
    await expect
      .poll(async () => (await admin('/imports?key=k1')).json[0].state, { timeout: 15_000 })
      .toBe('interrupted');
    const [broken] = (await admin('/imports?key=k1')).json;
    expect(broken.rows.read).toBeGreaterThan(5_000);
    expect(broken.rows.read).toBeLessThan(16_000);
    expect(await countOf(admin)).toBe(broken.rows.created);

    const other = await send(admin, file.replace('d7,', 'D7,'), `?resume=${broken.id}`);
    expect(other.status).toBe(400);
    expect(other.json.message).toMatch(/^resume: this is not the file/);
    const whole = await send(admin, `${file}d1,\n`, '?key=k1');
    expect(whole.json).toMatchObject({
      id: broken.id,
      state: 'finished',
      rows: { read: 20_001, created: 20_000, refused: 1 },
    });
    expect(await faultsOf(admin, broken.id)).toMatchObject([{ line: 40_002, controllerId: 'd1' }]);
    expect(await countOf(admin)).toBe(20_000);

    const again = await send(admin, 'anything', '?key=k1');
    expect(again.json).toEqual(whole.json);
  });

  it('finds in a dry run all that a real one would, and writes nothing', async () => {
    const { admin } = await createServedTenant(server);
    await send(admin, 'controllerId\nold\n');
    const rows = Array.from({ length: 12_000 }, (_, n) => `d${n}\n`).join('');
    const file = `controllerId\n${rows}old\nd1\na b\n`;
    const dry = await send(admin, file, '?dryRun=true');
    expect(await countOf(admin)).toBe(1);
    const real = await send(admin, file);
    expect(dry.json.rows).toEqual({ read: 12_003, created: 12_000, updated: 0, refused: 3 });
    expect(real.json.rows).toEqual(dry.json.rows);
    expect(await faultsOf(admin, dry.json.id)).toEqual(await faultsOf(admin, real.json.id));

    const upsert = await send(admin, file, '?dryRun=true&mode=upsert');
    expect(upsert.json.rows).toEqual({ read: 12_003, created: 0, updated: 12_002, refused: 1 });
  });
});

/** Sends the beginning of a file, and breaks the connection when `until` is done. */
async function breakOff(url: string, authorization: string, body: string, until: () => Promise<void>) {
  const upload = httpRequest(url, { method: 'POST', headers: { ...CSV, authorization } });
  upload.on('error', () => {});
  upload.write(body);
  await until();
  upload.destroy();
}

async function interrupted(admin: Client, rows: number): Promise<void> {
  for (;;) {
    const [one] = (await admin('/imports?key=k1')).json;
    if (one?.rows.read > rows) return;
    await pause(50);
  }
}

describe('GET /exports', () => {
  it.each(['csv', 'ndjson'])('gives as %s what comes in again unchanged', async (format) => {
    const { admin } = await createServedTenant(server);
    const { admin: there } = await createServedTenant(server);
    for (const tenant of [admin, there])
      await tenant('/rest/v1/targettypes', { method: 'POST', json: [{ key: 'k,1', name: 'Type' }] });
    const plain = { controllerId: 'plain' };
    const lines = [{ ...NASTY, targetType: 'k,1' }, plain].map((row) => JSON.stringify(row)).join('\n');
    const first = await send(admin, lines, '', NDJSON);
    expect(first.json.rows).toMatchObject({ created: 2, refused: 0 });

    const file = await exported(admin, `?format=${format}`);
    const headers = format === 'csv' ? CSV : NDJSON;
    const second = await send(there, file, '', headers);
    expect(second.json.rows).toMatchObject({ created: 2, refused: 0 });
    expect(await exported(there, `?format=${format}`)).toBe(file);
    const [row] = (await exported(there, '?format=ndjson')).split('\n');
    expect(JSON.parse(row!)).toEqual({ ...NASTY, targetType: 'k,1' });
  });

  it('tells before how many targets there are', async () => {
    const { admin } = await createServedTenant(server);
    await send(admin, 'controllerId\na\nb\nc\n', '', CSV);
    const counted = async (query: string) => (await admin(`/exports${query}`)).headers.get('x-total-count');
    expect([await counted(''), await counted('?filter=name=out=(a,b)')]).toEqual(['3', '1']);
  });

  it('gives those that match a filter', async () => {
    const { admin } = await createServedTenant(server);
    const rows = Array.from({ length: 2_500 }, (_, n) => `d${n},${n % 2 ? 'odd' : 'even'}\n`).join('');
    await send(admin, `controllerId,attribute.kind\n${rows}`);
    await admin('/rest/v1/targets/d3', { method: 'DELETE' });
    const all = await exported(admin);
    expect(all.trim().split('\r\n')).toHaveLength(2_500);
    const odd = (await exported(admin, `?filter=${encodeURIComponent('attribute.kind==odd')}`))
      .trim()
      .split('\r\n');
    expect(odd[0]).toBe(
      'controllerId,name,description,group,address,targetType,securityToken,requestAttributes,tags,attribute.kind',
    );
    expect(odd).toHaveLength(1_250);
    expect(odd.at(-1)).toMatch(/^d2499,d2499,,,,,[0-9a-f]{32},true,,odd$/);
    expect((await admin('/exports?filter=nothing')).status).toBe(400);
    expect((await admin('/exports?format=xml')).status).toBe(400);
  });

  it('gives tokens only to those who may read them', async () => {
    const { admin, name } = await createServedTenant(server);
    await send(admin, 'controllerId,securityToken\nx,very-secret\n');
    await graphql(
      admin,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
      { input: { username: 'reader', password: 'a-quiet-secret', grants: grantsOf('READ_TARGET') } },
    );
    const reader = clientOf(server, basic(`${name}\\reader`, 'a-quiet-secret'));
    for (const format of ['csv', 'ndjson']) {
      expect(await exported(admin, `?format=${format}`)).toContain('very-secret');
      const file = await exported(reader, `?format=${format}`);
      expect(file).toContain('x');
      expect(file).not.toMatch(/very-secret|securityToken/);
    }
  });
});

it('logged no error', () => expect(server.errors).toEqual([]));
