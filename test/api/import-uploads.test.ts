import { request as httpRequest } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import {
  basic,
  type Client,
  clientOf,
  createServedTenant,
  graphql,
  startTestServer,
} from '../support/server.ts';

const server = await startTestServer();
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});

const CREATE = `mutation ($input: CreateImportUploadInput!) { createImportUpload(input: $input) {
  import { id number state dryRun } upload { url headers { name value } expiresAt } userErrors { code message path } } }`;
const IMPORT = `query ($id: ID!) { import(id: $id) {
  state message rowsRead rowsCreated rowsUpdated rowsRefused refusedRowsKept refusedRowsUrl
  preview { columns { heading field } rows { line controllerId name hasSecurityToken tags
    attributes { key value } faults { field code message } } }
  faults { totalCount nodes { line controllerId field code } } } }`;

async function begin(admin: Client, input: object) {
  const { createImportUpload } = await graphql(admin, CREATE, { input });
  expect(createImportUpload.userErrors).toEqual([]);
  const { import: begun, upload } = createImportUpload;
  const put = (body: string | Uint8Array) =>
    fetch(upload.url, {
      method: 'PUT',
      body,
      headers: Object.fromEntries(
        upload.headers.map((one: { name: string; value: string }) => [one.name, one.value]),
      ),
    });
  const read = async () => (await graphql(admin, IMPORT, { id: begun.id })).import;
  return { begun, upload, put, read };
}

const pathOf = (url: string) => new URL(url).pathname;

describe('createImportUpload', () => {
  it('awaits a file, shows how it would be read, and takes it in', async () => {
    const { admin } = await createServedTenant(server);
    const columns = ['controllerId', null, 'attribute.hw', 'securityToken'];
    const file = 'Serial;Remark;HW;Secret\nd1;=1+2;r2;s3cret\nd 1;x;r3;\n"d2;x\n';
    const rehearsal = await begin(admin, { format: 'CSV', dryRun: true, columns });
    expect(rehearsal.begun).toMatchObject({ state: 'WAITING', dryRun: true });
    expect(rehearsal.upload.headers).toEqual([{ name: 'Content-Type', value: 'text/csv' }]);
    expect((await rehearsal.put(file)).status).toBe(200);
    expect(await rehearsal.read()).toEqual({
      state: 'FINISHED',
      message: null,
      rowsRead: 3,
      rowsCreated: 1,
      rowsUpdated: 0,
      rowsRefused: 2,
      refusedRowsKept: 2,
      refusedRowsUrl: expect.stringMatching(/\/imports\/\d+\/refused$/),
      preview: {
        columns: [
          { heading: 'Serial', field: 'controllerId' },
          { heading: 'Remark', field: null },
          { heading: 'HW', field: 'attribute.hw' },
          { heading: 'Secret', field: 'securityToken' },
        ],
        rows: [
          expect.objectContaining({
            line: 2,
            controllerId: 'd1',
            name: null,
            hasSecurityToken: true,
            attributes: [{ key: 'hw', value: 'r2' }],
            faults: [],
          }),
          expect.objectContaining({
            line: 3,
            controllerId: 'd 1',
            faults: [expect.objectContaining({ field: 'controllerId', code: 'INVALID_INPUT' })],
          }),
          expect.objectContaining({
            line: 4,
            faults: [expect.objectContaining({ code: 'MALFORMED_INPUT' })],
          }),
        ],
      },
      faults: {
        totalCount: 2,
        nodes: [
          { line: 3, controllerId: 'd 1', field: 'controllerId', code: 'INVALID_INPUT' },
          { line: 4, controllerId: null, field: '', code: 'MALFORMED_INPUT' },
        ],
      },
    });
    expect((await admin('/rest/v1/targets')).json.total).toBe(0);

    const real = await begin(admin, { format: 'CSV', columns });
    await real.put(file);
    expect(await real.read()).toMatchObject({ state: 'FINISHED', rowsCreated: 1, rowsRefused: 2 });
    expect((await admin('/rest/v1/targets/d1')).json.securityToken).toBe('s3cret');
  });

  it('gives back the refused rows as they were, to be mended and sent again', async () => {
    const { admin } = await createServedTenant(server);
    await admin('/imports', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'controllerId\nold\n',
    });
    const { put, read } = await begin(admin, { format: 'CSV' });
    await put(
      'controllerId;name;attribute.x\r\nold;"=cmd|\' /C calc\'!A1; big";1\r\ngood;;\r\nd1;n\r\n"broken\r\n',
    );
    const { refusedRowsUrl } = await read();
    const { text, headers } = await admin(pathOf(refusedRowsUrl));
    expect(headers.get('content-disposition')).toMatch(/attachment; filename="import-\d+-refused.csv"/);
    const lines = text.split('\r\n');
    expect(lines[0]).toBe('controllerId;name;attribute.x;refusedBecause');
    // As it was, as in an export; only what is added begins with a word of ours.
    expect(lines[1]).toMatch(/^old;"=cmd\|' \/C calc'!A1; big";1;"line 2: controllerId: .*exists.*"$/);
    expect(lines[2]).toMatch(/^d1;n;;"line 4: has 2 cells where the header has 3"$/);
    expect(lines[3]).toMatch(/^"""broken";;;"line 5: a quote is opened and never closed"$/);

    await admin('/rest/v1/targets/old', { method: 'DELETE' });
    const again = await begin(admin, { format: 'CSV' });
    await again.put(`${lines.slice(0, 3).join('\r\n')}\r\n`);
    expect(await again.read()).toMatchObject({ rowsCreated: 2, rowsRefused: 0 });
    expect((await admin('/rest/v1/targets/old')).json.name).toBe("=cmd|' /C calc'!A1; big");
  });

  it('does the same with NDJSON', async () => {
    const { admin } = await createServedTenant(server);
    const { put, read } = await begin(admin, { format: 'NDJSON', mode: 'UPSERT' });
    await put('{"controllerId":"a b", "tags":["x"]}\n{"controllerId":"ok"}\n{}\nnonsense\n');
    const now = await read();
    expect(now).toMatchObject({ rowsCreated: 1, rowsRefused: 3, preview: { columns: [] } });
    expect(now.preview.rows[0]).toMatchObject({ controllerId: 'a b', tags: ['x'] });
    const rows = (await admin(pathOf(now.refusedRowsUrl))).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const because = expect.stringMatching(/^line \d: /);
    expect(rows).toEqual([
      { controllerId: 'a b', tags: ['x'], refusedBecause: because },
      { refusedBecause: because },
      { row: 'nonsense', refusedBecause: because },
    ]);
    const again = await begin(admin, { format: 'NDJSON' });
    await again.put(`${JSON.stringify({ ...rows[0], controllerId: 'a-b' })}\n`);
    expect(await again.read()).toMatchObject({ rowsCreated: 1, rowsRefused: 0 });
  });

  it('takes fields of NDJSON for what is told, whatever their names', async () => {
    const { admin } = await createServedTenant(server);
    const fields = [
      { name: 'serial', field: 'controllerId' },
      { name: 'colour', field: 'attribute.colour' },
      { name: 'owner', field: 'metadata.owner' },
      { name: 'note', field: null },
    ];
    const { put, read } = await begin(admin, { format: 'NDJSON', fields });
    await put(
      [
        { serial: 'm1', colour: 'red', attributes: { hw: 'r2' }, owner: 'Ada', note: 'x', name: 'One' },
        { serial: 'm2', controllerId: 'm3' },
        { serial: 'm4', colour: 'red', attributes: { colour: 'blue' } },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    const now = await read();
    expect(now).toMatchObject({ state: 'FINISHED', rowsCreated: 1, rowsRefused: 2 });
    expect(now.preview.rows[0]).toMatchObject({ controllerId: 'm1', name: 'One' });
    expect(now.faults.nodes).toEqual([
      expect.objectContaining({ line: 2, field: 'controllerId', code: 'MALFORMED_INPUT' }),
      expect.objectContaining({ line: 3, field: 'attribute.colour', code: 'MALFORMED_INPUT' }),
    ]);
    expect((await admin('/rest/v1/targets/m1/attributes')).json).toEqual({ colour: 'red', hw: 'r2' });

    const unknown = await begin(admin, { format: 'NDJSON', fields: [{ name: 'a', field: 'nosuch' }] });
    const refused = await (await unknown.put('{"a":1}\n')).json();
    expect(refused).toMatchObject({ message: expect.stringContaining("there is no 'nosuch' of a target") });
  });

  it('goes on where a broken upload was, with the same address and columns', async () => {
    const { admin } = await createServedTenant(server);
    const { upload, put, read } = await begin(admin, { format: 'CSV', columns: ['controllerId', 'name'] });
    const whole = `x,y\n${Array.from({ length: 300 }, (_, n) => `d${n},n${n}`).join('\n')}\n`;
    const broken = httpRequest(upload.url, { method: 'PUT', headers: { 'content-type': 'text/csv' } });
    broken.on('error', () => {});
    broken.write(whole.slice(0, 1_000));
    await expect.poll(async () => (await read()).state, { timeout: 10_000 }).toBe('RUNNING');
    broken.destroy();
    await expect.poll(async () => (await read()).state, { timeout: 10_000 }).toBe('INTERRUPTED');
    expect((await put(whole)).status).toBe(200);
    expect(await read()).toMatchObject({ state: 'FINISHED', rowsRead: 300, rowsCreated: 300 });
    expect((await put(whole.replace('d1,', 'e1,'))).status).toBe(200);
    expect(await read()).toMatchObject({ rowsRead: 300 });
  });

  it('refuses what is wrong, unknown tokens, and callers without the permission', async () => {
    const { name, admin } = await createServedTenant(server);
    const { createImportUpload } = await graphql(admin, CREATE, {
      input: { format: 'NDJSON', columns: ['controllerId'] },
    });
    expect(createImportUpload).toMatchObject({
      import: null,
      upload: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['columns'] }],
    });
    const { upload, put, read } = await begin(admin, {
      format: 'CSV',
      columns: ['name', 'controllerid', 'nonsense'],
    });
    const refused = await put('a,b,c\n1,2,3\n');
    expect([refused.status, ((await refused.json()) as { message: string }).message]).toEqual([
      400,
      expect.stringContaining("there is no column 'nonsense' of a target"),
    ]);
    expect(await read()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('nonsense') });
    const unknown = await fetch(
      upload.url.replace(/.$/, (last: string) => (last === 'a' ? 'b' : 'a')),
      {
        method: 'PUT',
        body: 'x',
      },
    );
    expect(unknown.status).toBe(404);
    expect((await fetch(upload.url)).status).toBe(405);
    await graphql(
      admin,
      'mutation { createUser(input: { username: "reader", password: "a-quiet-secret" }) { userErrors { message } } }',
    );
    const reader = clientOf(server, basic(`${name}\\reader`, 'a-quiet-secret'));
    const { json } = await reader('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: CREATE, variables: { input: { format: 'CSV' } } }),
    });
    expect(json.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('lists imports both ways, with filter and order', async () => {
    const { admin } = await createServedTenant(server);
    for (const format of ['CSV', 'NDJSON', 'CSV']) await begin(admin, { format });
    const list = async (args: string) =>
      (
        await graphql(
          admin,
          `{ imports(${args}) { totalCount nodes { id format } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
        )
      ).imports;
    const all = await list('first: 2');
    expect(all).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = await list(`first: 2, after: "${all.pageInfo.endCursor}"`);
    expect(rest.nodes).toHaveLength(1);
    const back = await list(`last: 2, before: "${rest.pageInfo.startCursor}"`);
    expect(back.nodes).toEqual(all.nodes);
    expect(await list('filter: "format==ndjson and state==waiting"')).toMatchObject({ totalCount: 1 });
    const byId = await list('orderBy: [{ field: ID, direction: ASC }]');
    expect(byId.nodes.map(({ id }: { id: string }) => id)).toEqual(
      [...all.nodes, ...rest.nodes].map(({ id }) => id).reverse(),
    );
  });
});
