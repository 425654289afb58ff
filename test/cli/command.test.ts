import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { baseOf } from '../../src/cli/server.ts';
import { openPool } from '../../src/database/connect.ts';
import { SECRET_PLACES } from '../../src/services/platform/secrets/places.ts';
import { VERSION } from '../../src/version.ts';
import { createDatabase } from '../support/database.ts';
import { basic, clientOf, createServedTenant, startTestServer } from '../support/server.ts';

const server = await startTestServer();
const folder = await mkdtemp(join(tmpdir(), 'muster-cli-'));
afterAll(async () => {
  await rm(folder, { recursive: true });
  await server.stop();
});

const output = { out: '', err: '' };
beforeEach(() => {
  const collect = (name: 'out' | 'err') => (text: string | Uint8Array) => {
    output[name] += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(collect('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(collect('err'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function run(...args: string[]) {
  output.out = '';
  output.err = '';
  return { code: await runCommand(args), ...output };
}
async function signedIn() {
  const tenant = await createServedTenant(server);
  vi.stubEnv('MUSTER_URL', server.url);
  vi.stubEnv('MUSTER_USER', `${tenant.name}\\boss`);
  vi.stubEnv('MUSTER_PASSWORD', 'a-quiet-secret');
  return tenant;
}
async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('muster import', () => {
  it('takes a file in, and ends with 0', async () => {
    const { admin } = await signedIn();
    const file = await fileOf('good.csv', 'controllerId,name\na,x\nb,y\n');
    expect(await run('import', file)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^import \d+: 2 rows, created 2, updated 0, refused 0\n$/),
    });
    expect((await admin('/rest/v1/targets')).json.total).toBe(2);
  });

  it('tells each refused row, and ends with 1', async () => {
    await signedIn();
    const file = await fileOf(
      'bad.ndjson',
      '{"controllerId":"a"}\n{"controllerId":"b c"}\n{"controllerId":"a"}\n',
    );
    const { code, out } = await run('import', file);
    expect(code).toBe(1);
    expect(out.split('\n').slice(0, 2)).toEqual([
      'line 2 (b c): controllerId: must hold no white space',
      "line 3 (a): controllerId: Target 'a' already exists.",
    ]);
    const json = JSON.parse((await run('import', file, '--json', '--mode', 'upsert')).out);
    expect(json).toMatchObject({
      import: { rows: { read: 3, updated: 2, refused: 1 } },
      faults: [{ line: 2 }],
    });
  });

  it('takes the separator that it is told, and tells what may not be meant', async () => {
    await signedIn();
    const file = await fileOf('odd.txt', 'controllerId#name\na#x\na#y\n');
    const options = ['--delimiter', '#', '--mode', 'upsert'];
    expect(await run('import', file, ...options)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^warning: line 3 \(a\): is in the file more than once.*\nimport \d+: 2 rows, created 1, updated 1, refused 0, 1 warning\n$/,
      ),
    });
    expect(JSON.parse((await run('import', file, ...options, '--json')).out)).toMatchObject({
      import: { warnings: 1 },
      faults: [],
      warnings: [{ line: 3, controllerId: 'a' }],
    });
    const tabs = await fileOf('tabs.txt', 'controllerId\tname\nt\tx\n');
    expect((await run('import', tabs, '--delimiter', 'tab')).code).toBe(0);
    const csv = await fileOf('named.csv', 'serial,note\ns1,x\n');
    expect((await run('import', csv, '--columns', 'controllerId,-')).code).toBe(0);
    const ndjson = await fileOf('named.ndjson', '{"serial":"s2","note":"x","hw":"r2"}\n');
    const named = 'serial=controllerId, note=-, hw=attribute.hw';
    expect(await run('import', ndjson, '--columns', named)).toMatchObject({
      code: 0,
      out: expect.stringContaining('created 1'),
    });
    expect(await run('import', ndjson, '--columns', 'controllerId')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a list like serial=controllerId'),
    });
    expect(await run('import', tabs, '--delimiter', 'ab')).toMatchObject({
      code: 1,
      err: expect.stringContaining('delimiter: must be one character'),
    });
  });

  it('writes nothing with --dry-run', async () => {
    const { admin } = await signedIn();
    const { out } = await run('import', await fileOf('dry.csv', 'controllerId\na\n'), '--dry-run');
    expect(out).toContain('would be created 1');
    expect((await admin('/rest/v1/targets')).json.total).toBe(0);
  });

  it('says what is wrong with a file as a whole, and ends with 1', async () => {
    await signedIn();
    const { code, err } = await run(
      'import',
      await fileOf('odd.csv', `name,colour\n${'x,y\n'.repeat(300_000)}`),
    );
    expect({ code, err }).toEqual({
      code: 1,
      err: "muster: the first line must name the columns, and 'controllerId' must be one of them; with a comma as separator it names 'name', 'colour'; say what they are with --columns, for example --columns controllerId,name,-\n",
    });
  });

  it.each([
    ['the connection breaks', 0],
    ['the server is away for a while', 1_500],
  ])('goes on by itself when %s', async (_, awayMs) => {
    const { admin } = await signedIn();
    const proxy = await breakingProxy(server.url, [250_000, 500_000], awayMs);
    vi.stubEnv('MUSTER_URL', proxy.url);
    const rows = Array.from({ length: 20_000 }, (_, n) => `device-${n},Device number ${n}\n`);
    const { code, out, err } = await run(
      'import',
      await fileOf('long.csv', `controllerId,name\n${rows.join('')}`),
    );
    await proxy.close();
    expect(err).toContain('the connection broke (ECONNRESET); going on in 1 s');
    expect(proxy.broken()).toBe(2);
    expect(code).toBe(0);
    expect(out).toMatch(/20,000 rows, created 20000, updated 0, refused 0/);
    expect((await admin('/rest/v1/targets?limit=1')).json.total).toBe(20_000);
  });

  it.each([
    [
      'a file that is not there',
      ['import', '/nowhere.csv'],
      /^muster: \/nowhere.csv cannot be read: ENOENT\n$/,
    ],
    ['an unknown mode', ['import', 'x', '--mode', 'merge'], /Allowed choices are create, upsert/],
    ['no file', ['import'], /missing required argument/],
    ['an unknown command', ['inport'], /unknown command/],
    ['an unknown option', ['export', '--fliter', 'x'], /unknown option/],
  ])('ends with 2 for %s', async (_, args, message) => {
    await signedIn();
    expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });

  it('ends with 2 for nobody, with 3 for somebody unknown or no server', async () => {
    await signedIn();
    const file = await fileOf('x.csv', 'controllerId\nx\n');
    vi.stubEnv('MUSTER_PASSWORD', 'wrong');
    expect((await run('import', file)).code).toBe(3);
    expect((await run('import', file, '--url', 'http://127.0.0.1:1')).code).toBe(3);
    vi.stubEnv('MUSTER_USER', '');
    expect((await run('import', file)).code).toBe(2);
  });
});

describe('muster export', () => {
  it('writes what import takes', async () => {
    const { admin } = await signedIn();
    await run('import', await fileOf('in.csv', 'controllerId,name,attribute.k\na,"x, ""y""",1\nb,,\n'));
    const file = join(folder, 'out.ndjson');
    expect((await run('export', '-o', file, '--json')).code).toBe(0);
    for (const id of ['a', 'b']) await admin(`/rest/v1/targets/${id}`, { method: 'DELETE' });
    expect((await run('import', file)).code).toBe(0);
    const again = join(folder, 'again.ndjson');
    await run('export', '--output', again);
    expect(await readFile(again, 'utf8')).toBe(await readFile(file, 'utf8'));
    await run('export', '--filter', 'attribute.k==1', '-o', again);
    expect((await readFile(again, 'utf8')).trim().split('\n')).toHaveLength(1);
  });
});

/** A server that answers by some of its answer, and breaks off. */
async function breakingOff(): Promise<Server> {
  const broken = createServer((_, response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('controllerId\nx\n', () => response.destroy());
  });
  await new Promise<void>((listening) => broken.listen(0, '127.0.0.1', listening));
  vi.stubEnv('MUSTER_URL', `http://127.0.0.1:${(broken.address() as AddressInfo).port}`);
  return broken;
}

it('says in one line that an answer broke off', async () => {
  await signedIn();
  const broken = await breakingOff();
  for (const args of [
    ['targets', 'list'],
    ['imports', 'refused', '1'],
  ])
    expect(await run(...args)).toMatchObject({
      code: 3,
      err: 'muster: the connection broke (UND_ERR_SOCKET)\n',
    });
  broken.close();
});

describe('the file of an export', () => {
  it('is for its owner only, and stays as it was where another breaks off', async () => {
    await signedIn();
    await run('import', await fileOf('in.csv', 'controllerId\na\n'));
    const place = await mkdtemp(join(folder, 'exports-'));
    const file = join(place, 'out.csv');
    expect((await run('export', '-o', file)).code).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const whole = await readFile(file, 'utf8');
    expect(whole).toContain('securityToken');

    const broken = await breakingOff();
    for (const output of [file, join(place, 'new.csv')])
      expect(await run('export', '-o', output)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/broke off/),
      });
    broken.close();
    expect(await readdir(place)).toEqual(['out.csv']);
    expect(await readFile(file, 'utf8')).toBe(whole);
  });

  it('may be no file, but must be no folder', async () => {
    await signedIn();
    const place = await mkdtemp(join(folder, 'exports-'));
    const pipe = join(place, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const read = readFile(pipe, 'utf8');
    expect((await run('export', '-o', pipe)).code).toBe(0);
    expect(await read).toMatch(/^controllerId/);
    expect((await stat(pipe)).isFIFO()).toBe(true);
    expect(await run('export', '-o', place)).toMatchObject({ code: 2, err: expect.stringMatching(/EISDIR/) });
    expect(await readdir(place)).toEqual(['pipe']);
  });
});

describe('muster user and token', () => {
  it('manages accounts', async () => {
    const tenant = await signedIn();
    const { out } = await run('user', 'create', 'bob', '--permission', 'READ_TARGET', '--json');
    const { password, ...bob } = JSON.parse(out);
    expect(bob).toMatchObject({ username: 'bob', grants: [{ permission: 'READ_TARGET', filter: null }] });
    const me = clientOf(server, basic(`${tenant.name}\\bob`, password));
    expect((await me('/rest/v1/targets')).status).toBe(200);
    expect((await run('user', 'list')).out).toMatch(/boss +TENANT_ADMIN\n/);
    expect((await run('user', 'update', 'bob', '--new-password', 'changed-for-good')).code).toBe(0);
    expect((await me('/rest/v1/targets')).status).toBe(401);
    expect((await run('user', 'delete', 'bob')).code).toBe(0);
    expect(await run('user', 'delete', 'bob')).toMatchObject({
      code: 1,
      err: expect.stringContaining('bob'),
    });
  });

  it('gives new tokens', async () => {
    const { admin } = await signedIn();
    await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'x' }] });
    const { out } = await run('token', 'rotate', 'x');
    expect((await admin('/rest/v1/targets/x')).json.securityToken).toBe(out.trim());
    expect((await run('token', 'gateway', '--token', 'mine')).out).toBe('mine\n');
    expect((await run('token', 'rotate', 'y')).code).toBe(1);
  });
});

describe('muster token derive', () => {
  const KEY = '00112233445566778899aabbccddeeff'.repeat(2);

  it('prints the token of each controllerId, as openssl derives it', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from(['meter-1\r\n\nmé-ter\n']) as never);
    const said = await run('token', 'derive', '--key-file', await fileOf('key', `${KEY}\n`));
    expect(said).toMatchObject({ code: 0, err: '' });
    const openssl = (id: string) =>
      execFileSync('openssl', ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${KEY}`, '-binary'], {
        input: id,
      }).toString('base64url');
    expect(said.out).toBe(`meter-1\t${openssl('meter-1')}\nmé-ter\t${openssl('mé-ter')}\n`);
  });

  it('reads a file of any editor, and refuses names that no device can have', async () => {
    const given = (text: string) =>
      vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([text]) as never);
    const key = await fileOf('key', KEY);
    given('a\n');
    const { out } = await run('token', 'derive', '--key-file', key);
    given('\uFEFFa\r\n');
    expect(await run('token', 'derive', '--key-file', key)).toMatchObject({ code: 0, out });
    for (const line of ['a ', 'a\tb', '.', 'x'.repeat(257)]) {
      given(`a\n${line}\n`);
      expect(await run('token', 'derive', '--key-file', key)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^muster: line 2: .+\n$/),
      });
    }
  });

  it('refuses a file without a key', async () => {
    const file = await fileOf('short', 'abc');
    expect(await run('token', 'derive', '--key-file', file)).toMatchObject({
      code: 2,
      err: `muster: ${file}: must be hexadecimal: two digits a byte\n`,
    });
  });
});

describe('muster api-key', () => {
  it('makes, lists and deletes keys, by which the command signs in', async () => {
    await signedIn();
    const create = ['api-key', 'create', 'ci', '--permission', 'READ_TARGET', '--expires', '2099-01-31'];
    const { code, out, err } = await run(...create, '--scope', 'name==a*');
    expect(err).toBe('');
    expect([code, out]).toEqual([0, expect.stringMatching(/^muster_\d+_\d+_\w{49}\n$/)]);
    const { out: listed } = await run('api-key', 'list', '--json');
    const [key] = JSON.parse(listed);
    expect(key).toMatchObject({
      name: 'ci',
      grants: [{ permission: 'READ_TARGET', filter: null }],
      scope: 'name==a*',
      expiresAt: '2099-01-31T00:00:00.000Z',
    });
    expect((await run('api-key', 'list')).out).toMatch(
      /ci +boss +READ_TARGET +2099-01-31T00:00:00.000Z +never/,
    );

    vi.stubEnv('MUSTER_USER', undefined);
    vi.stubEnv('MUSTER_TOKEN', out);
    expect((await run('export')).code).toBe(0);
    expect((await run('api-key', 'delete', key.id)).code).toBe(1);
    vi.stubEnv('MUSTER_USER', `${(await signedIn()).name}\\boss`);
    expect((await run('export', '--bearer-token', `${out.trim()}x`)).code).toBe(3);
  });

  it('says what is wrong with what it was told', async () => {
    await signedIn();
    expect((await run('api-key', 'create', 'ci')).err).toContain('a key needs a permission or a role');
    const noTime = await run('api-key', 'create', 'ci', '--expires', 'soon');
    expect([noTime.code, noTime.err]).toEqual([2, 'muster: --expires: soon is not a time\n']);
    expect((await run('api-key', 'delete', '0')).code).toBe(1);
    vi.stubEnv('MUSTER_USER', undefined);
    expect((await run('api-key', 'list')).err).toContain('MUSTER_TOKEN');
  });
});

describe('muster migrate and user set-password', () => {
  it('work on the database itself', async () => {
    const database = await createDatabase();
    try {
      vi.stubEnv('DATABASE_URL', database.url);
      vi.stubEnv('MUSTER_CONFIG_FILE', '/dev/null');
      expect((await run('migrate')).code).toBe(0);
      const own = await startTestServer({}, database.connection);
      const me = async (password: string) =>
        (await clientOf(own, basic('admin', password))('/rest/v1/userinfo')).status;
      expect(await me('admin')).toBe(200);
      const { code, out } = await run('user', 'set-password', 'admin', '--json');
      expect(code).toBe(0);
      // The running server hears of it.
      await expect.poll(() => me('admin')).toBe(401);
      expect(await me(JSON.parse(out).password)).toBe(200);
      expect(JSON.parse(out).database).toContain(new URL(database.url).pathname);
      expect((await run('user', 'set-password', 'nobody')).code).toBe(1);
      vi.stubEnv('MUSTER_SECRET_KEY', `${'k'.repeat(43)}=`);
      expect(JSON.parse((await run('secrets', 'rotate', '--json')).out).secrets).toHaveLength(
        SECRET_PLACES.length,
      );
      const status = JSON.parse((await run('secrets', 'status', '--json')).out);
      expect(status).toMatchObject({ keyId: expect.stringMatching(/^[0-9a-f]{8}$/) });
      vi.stubEnv('MUSTER_SECRET_KEY', 'short');
      expect(await run('secrets', 'status')).toMatchObject({
        code: 2,
        err: expect.stringMatching(/MUSTER_SECRET_KEY: must be 32 bytes/),
      });
      vi.stubEnv('MUSTER_SECRET_KEY', '');
      await own.stop();
    } finally {
      await database.drop();
    }
  });
});

it('changes no password where there is no database, and makes none', async () => {
  const database = await createDatabase();
  const missing = join(folder, 'nowhere');
  vi.stubEnv('MUSTER_CONFIG_FILE', '/dev/null');
  vi.stubEnv('DATABASE_URL', '');
  vi.stubEnv('MUSTER_DATA_DIR', missing);
  try {
    expect(await run('user', 'set-password', 'admin')).toEqual({
      code: 3,
      out: '',
      err: expect.stringContaining(
        `There is no database in ${missing}: start this in the folder of the server`,
      ),
    });
    expect(existsSync(missing)).toBe(false);
    vi.stubEnv('DATABASE_URL', database.url);
    expect(await run('user', 'set-password', 'admin')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^muster: The database \S+ has no data of Muster\.\n$/),
    });
    const { client, close } = openPool(database.connection, { connections: 1, prepare: false });
    expect(await client`SELECT FROM pg_tables WHERE schemaname = 'public'`.finally(close)).toHaveLength(0);
  } finally {
    await database.drop();
  }
});

it.each([
  ['localhost:8080', 'http://localhost:8080/'],
  ['127.0.0.1:1/muster', 'http://127.0.0.1:1/muster/'],
  ['http://fleet.example', 'http://fleet.example/'],
  ['fleet.example', 'https://fleet.example/'],
])('takes --url %s as %s', (given, url) => expect(baseOf(given).href).toBe(url));

it.each(['ftp://fleet.example', '', 'a b'])('refuses --url %s', (given) =>
  expect(() => baseOf(given)).toThrow('is not the address of a server'),
);

describe('muster config and --version', () => {
  it('shows what holds and where it comes from, without secrets', async () => {
    vi.stubEnv('MUSTER_CONFIG_FILE', '/dev/null');
    vi.stubEnv('MUSTER_ADMIN_PASSWORD', 'a-quiet-secret');
    vi.stubEnv('DATABASE_URL', 'postgres://muster:a-quiet-secret@db.example/muster');
    vi.stubEnv('MUSTER_WORKER', '4');
    const { code, out, err } = await run('config');
    expect(code).toBe(0);
    expect(err).toContain('MUSTER_WORKER is no setting and changes nothing; is MUSTER_WORKERS meant?');
    expect(out).toMatch(/^MUSTER_WORKERS +1 +default$/m);
    expect(out).toMatch(/^DATABASE_URL +postgres:\/\/muster:\*\*\*@db.example\/muster +environment$/m);
    expect(out).not.toContain('a-quiet-secret');
    expect(JSON.parse((await run('config', '--json')).out)).toContainEqual({
      name: 'MUSTER_ADMIN_PASSWORD',
      value: '***',
      from: 'environment',
    });
    vi.stubEnv('PORT', 'x');
    vi.stubEnv('LOG_LEVEL', 'loud');
    expect(await run('config')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^muster: PORT: .*\nmuster: LOG_LEVEL: .*\n$/m),
    });
  });

  it('tells the version', async () => {
    expect(await run('--version')).toMatchObject({ code: 0, out: `${VERSION}\n` });
  });
});

describe('--help', () => {
  it.each([
    [],
    ['serve'],
    ['config'],
    ['migrate'],
    ['backup'],
    ['restore'],
    ['user'],
    ['user', 'create'],
    ['api-key'],
    ['token'],
    ['import'],
    ['export'],
  ])('is there for muster %s %s', async (...command) => {
    const { code, out } = await run(...command.filter(Boolean), '--help');
    expect({ code, begin: out.slice(0, 13) }).toEqual({ code: 0, begin: 'Usage: muster' });
  });
});

/** Passes everything on, and breaks uploads after so many bytes, each of these once. */
async function breakingProxy(target: string, breaks: number[], awayMs: number) {
  let broken = 0;
  const goAway = () => {
    const { port } = proxy.address() as AddressInfo;
    proxy.close();
    proxy.closeAllConnections();
    setTimeout(() => proxy.listen(port, '127.0.0.1'), awayMs);
  };
  const proxy: Server = createServer((incoming, outgoing) => {
    const onward = request(new URL(incoming.url!, target), {
      method: incoming.method!,
      headers: incoming.headers,
    });
    const limit = incoming.method === 'POST' ? breaks[broken] : undefined;
    let passed = 0;
    incoming.on('data', (piece: Buffer) => {
      passed += piece.length;
      if (limit === undefined || passed < limit) return;
      broken++;
      onward.destroy();
      incoming.socket.resetAndDestroy();
      if (awayMs) goAway();
    });
    onward.on('error', () => {});
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    broken: () => broken,
    close: () => {
      proxy.closeAllConnections();
      return new Promise((closed) => proxy.close(closed));
    },
  };
}
