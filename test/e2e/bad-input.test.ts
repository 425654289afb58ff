import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { encode } from 'cbor-x';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Answer,
  type Client,
  clientOf,
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';

/* Whatever comes in: at each door it is refused in words that name the field or the rule, and nothing of it stays. */

vi.setConfig({ testTimeout: 60_000 });

const BODY_LIMIT = 4 << 20;
const TOKEN = 'token-of-the-known-device-0123456789';

let server: TestServer;
let tenant: ServedTenant;
let admin: Client;
let device: Client;

beforeAll(async () => {
  server = await startTestServer({
    MUSTER_BODY_LIMIT: String(BODY_LIMIT),
    MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true',
  });
  tenant = await createServedTenant(server);
  admin = tenant.admin;
  device = clientOf(server, `TargetToken ${TOKEN}`);
  await admin('/rest/v1/targets', {
    method: 'POST',
    json: [{ controllerId: 'known', securityToken: TOKEN }],
  });
});
afterAll(() => server?.stop());

// Whatever nobody foresaw is logged: so nothing may be.
afterEach(() => {
  expect(server.errors.splice(0)).toEqual([]);
});

const NUL = '\u0000';
const LONE = '\ud800';
const JSON_TYPE = { 'content-type': 'application/json' };
const CBOR_TYPE = { 'content-type': 'application/cbor' };
const nested = (depth: number, core = '') => '['.repeat(depth) + core + ']'.repeat(depth);

const targetCount = async (): Promise<number> => (await admin('/rest/v1/targets?limit=1')).json.total;

/** Sends bytes that no proper client would. The answer's status. */
function sendRaw(bytes: string | Buffer): Promise<number> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])));
    socket.once('error', reject);
  });
}

const raw = (line: string, headers: string[] = []) =>
  sendRaw(
    Buffer.from(
      `${line} HTTP/1.1\r\n${['Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`,
      'latin1',
    ),
  );

interface Refused {
  status: number;
  /** What the message must name. */
  names?: RegExp;
}

function expectRefused(answer: Answer, { status, names }: Refused): void {
  expect(answer, answer.text).toMatchObject({ status });
  if (names) expect(answer.text).toMatch(names);
}

describe('Management API', () => {
  const post = (json: unknown) => admin('/rest/v1/targets', { method: 'POST', json });
  const postText = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE) =>
    admin('/rest/v1/targets', { method: 'POST', headers, body });

  const NOT_READABLE = { status: 400, names: /hawkbit\.server\.error\.rest\.body\.notReadable/ };

  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['half of it', '[{"controllerId":"bad'],
    ['two values', '[] []'],
    ['a comma too many', '[{"controllerId":"bad"},]'],
    ['no quotes', '[{controllerId:"bad"}]'],
    ['NaN', '[{"controllerId":NaN}]'],
    ['a control character in a text', '[{"controllerId":"b\u0001ad"}]'],
    ['bytes that are no UTF-8', Buffer.from('[{"controllerId":"b\xe4d"}]', 'latin1')],
    ['UTF-16', Buffer.from('[{"controllerId":"bad"}]', 'utf16le')],
    ['CBOR', encode([{ controllerId: 'bad' }])],
    ['lists without an end', '['.repeat(1 << 20)],
    ['objects without an end', '{"a":'.repeat(1 << 18)],
    ['lists in lists', nested(1 << 20)],
    ['numbers in lists in lists', nested(1 << 20, '1.0')],
  ])('malformed: %s', async (_, body) => {
    const before = await targetCount();
    expectRefused(await postText(body), NOT_READABLE);
    expect(await targetCount()).toBe(before);
  });

  test.each<[string, unknown, Refused]>([
    ['a list in a list', [[{ controllerId: 'bad' }]], NOT_READABLE],
    ['null in the list', [null], NOT_READABLE],
    ['a text in the list', ['bad'], NOT_READABLE],
    ['an object as controllerId', [{ controllerId: {} }], { status: 400, names: /controllerId/ }],
    ['a list as name', [{ controllerId: 'bad', name: [] }], { status: 400, names: /name/ }],
    [
      'an unclear boolean',
      [{ controllerId: 'bad', requestAttributes: 'perhaps' }],
      { status: 400, names: /requestAttributes/ },
    ],
    [
      'a text as targetType',
      [{ controllerId: 'bad', targetType: 'x' }],
      { status: 400, names: /targetType/ },
    ],
    [
      'an object as targetType',
      [{ controllerId: 'bad', targetType: {} }],
      { status: 400, names: /targetType/ },
    ],
    [
      'a targetType that is unknown',
      [{ controllerId: 'bad', targetType: 2 ** 40 }],
      { status: 404, names: /TargetType/ },
    ],
    [
      'a targetType below all',
      [{ controllerId: 'bad', targetType: -5 }],
      { status: 404, names: /TargetType/ },
    ],
    ['no controllerId', [{}], { status: 400, names: /controllerId/ }],
    ['null', [{ controllerId: null }], { status: 400, names: /controllerId/ }],
    ['an empty one', [{ controllerId: '' }], { status: 400, names: /controllerId/ }],
    ['one of blanks', [{ controllerId: '  ' }], { status: 400, names: /controllerId/ }],
    ['one with a blank', [{ controllerId: 'b ad' }], { status: 400, names: /controllerId.*white space/ }],
    [
      'one with a line break',
      [{ controllerId: 'b\nad' }],
      { status: 400, names: /controllerId.*white space/ },
    ],
    [
      'one of 257 characters',
      [{ controllerId: 'x'.repeat(257) }],
      { status: 400, names: /controllerId.*256/ },
    ],
    ['one of a million', [{ controllerId: 'x'.repeat(1e6) }], { status: 400, names: /controllerId.*256/ }],
    ['one with U+0000', [{ controllerId: `b${NUL}ad` }], { status: 400, names: /controllerId.*U\+0000/ }],
    [
      'one with half a surrogate pair',
      [{ controllerId: `b${LONE}ad` }],
      { status: 400, names: /controllerId.*surrogate/ },
    ],
    [
      'a name of 129 characters',
      [{ controllerId: 'bad', name: 'x'.repeat(129) }],
      { status: 400, names: /name.*128/ },
    ],
    ['a name with U+0000', [{ controllerId: 'bad', name: NUL }], { status: 400, names: /name.*U\+0000/ }],
    [
      'a description of 513',
      [{ controllerId: 'bad', description: 'x'.repeat(513) }],
      { status: 400, names: /description.*512/ },
    ],
    [
      'a description with half a pair',
      [{ controllerId: 'bad', description: LONE }],
      { status: 400, names: /description.*surrogate/ },
    ],
    [
      'an address of 513',
      [{ controllerId: 'bad', address: 'x'.repeat(513) }],
      { status: 400, names: /address.*512/ },
    ],
    [
      'an address with U+0000',
      [{ controllerId: 'bad', address: `http://${NUL}` }],
      { status: 400, names: /address.*U\+0000/ },
    ],
    [
      'a token of 129',
      [{ controllerId: 'bad', securityToken: 'x'.repeat(129) }],
      { status: 400, names: /securityToken.*128/ },
    ],
    [
      'a token with half a pair',
      [{ controllerId: 'bad', securityToken: LONE }],
      { status: 400, names: /securityToken.*surrogate/ },
    ],
    [
      'a group of 257',
      [{ controllerId: 'bad', group: 'x'.repeat(257) }],
      { status: 400, names: /group.*256/ },
    ],
    ['a group with U+0000', [{ controllerId: 'bad', group: NUL }], { status: 400, names: /group.*U\+0000/ }],
    [
      'twice in one request',
      [{ controllerId: 'bad' }, { controllerId: 'bad' }],
      { status: 409, names: /entityAlreadyExists/ },
    ],
    ['one that exists', [{ controllerId: 'known' }], { status: 409, names: /entityAlreadyExists/ }],
  ])('refused, and the good rows with it: %s', async (_, rows, refused) => {
    const before = await targetCount();
    const good = (n: number) => ({ controllerId: `good-${n}` });
    expectRefused(await post([good(1), ...(rows as unknown[]), good(2)]), refused);
    expect(await targetCount()).toBe(before);
    expect((await admin('/rest/v1/targets/good-1')).status).toBe(404);
  });

  test.each([
    '1e400',
    '9223372036854775808',
    '-9223372036854775809',
    '99999999999999999999',
    `1${'0'.repeat(100_000)}`,
  ])('a targetType beyond 64 bits: %$', async (number) => {
    const body = `[{"controllerId":"bad","targetType":${number}}]`;
    expectRefused(await postText(body), { status: 400, names: /targetType/ });
  });

  test.each(['9223372036854775807', '-9223372036854775808', '9007199254740993'])(
    'a targetType of %s is one, and unknown',
    async (number) => {
      expectRefused(await postText(`[{"controllerId":"bad","targetType":${number}}]`), { status: 404 });
    },
  );

  test('keys that mean something to JavaScript mean nothing here', async () => {
    expectRefused(await postText('[{"__proto__":{"controllerId":"bad"}}]'), {
      status: 400,
      names: /controllerId/,
    });
    expectRefused(await postText('[{"constructor":{"prototype":{"controllerId":"bad"}}}]'), {
      status: 400,
      names: /controllerId/,
    });
    const made = await postText(
      '[{"controllerId":"__proto__","__proto__":{"name":"x"},"constructor":1,"toString":"y","hasOwnProperty":null}]',
    );
    expect(made).toMatchObject({ status: 201, json: [{ controllerId: '__proto__', name: '__proto__' }] });
    expect(await admin('/rest/v1/targets/__proto__')).toMatchObject({ status: 200 });
    expect(await admin('/rest/v1/targets/constructor')).toMatchObject({ status: 404 });
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expectRefused(await admin(`/rest/v1/system/configs/${key}`), {
        status: 400,
        names: /configKeyInvalid/,
      });
    expectRefused(
      await admin('/rest/v1/system/configs', {
        method: 'PUT',
        headers: JSON_TYPE,
        body: '{"__proto__":{"pollingTime":"00:00:01"}}',
      }),
      { status: 400, names: /configKeyInvalid/ },
    );
    expect(({} as Record<string, unknown>)['controllerId']).toBeUndefined();
  });

  test('a body over the limit is 413, packed or not, also where nothing is signed in', async () => {
    const big = Buffer.alloc(BODY_LIMIT + 1, ' ');
    expectRefused(await postText(big), { status: 413 });
    expectRefused(await postText(gzipSync(big), { ...JSON_TYPE, 'content-encoding': 'gzip' }), {
      status: 413,
    });
    const anonymous = clientOf(server);
    const { status } = await anonymous('/rest/v1/targets', {
      method: 'POST',
      headers: JSON_TYPE,
      body: big,
    }).catch(
      () => ({ status: 401 }), // the connection may be closed on the rest of it
    );
    expect(status).toBe(401);
  });

  test('a body of odd encoding or type', async () => {
    expectRefused(await postText('[]', { ...JSON_TYPE, 'content-encoding': 'gzip' }), { status: 400 });
    expectRefused(await postText('[]', { ...JSON_TYPE, 'content-encoding': 'nonsense' }), { status: 415 });
    for (const type of [
      'text/plain',
      ';;;',
      'application/json; charset=utf-16',
      'application/x-www-form-urlencoded',
    ])
      expectRefused(await postText('[]', { 'content-type': type }), { status: 415 });
    for (const accept of [';;;', 'nonsense', 'text/html', 'application/json;q=0', '\u00e4'])
      expectRefused(await admin('/rest/v1/targets', { headers: { accept } }), { status: 406 });
  });

  test.each([
    '/rest/v1/targets/a%2Fb',
    '/rest/v1/targets/a%00b',
    '/rest/v1/targets/a%5Cb',
    '/rest/v1/targets/%',
    '/rest/v1/targets/%zz',
    '/rest/v1/targets/%C0%80',
    '/rest/v1/targets/%ED%A0%80',
    '/rest/v1/targets/%FF/attributes',
    '/rest//v1/targets',
    '/rest/v1/targets/..%2f..',
    '/rest/v1/targets?q=%00',
    '/rest/v1/targets?q={',
  ])('a path that is none: %s', async (path) => {
    expect((await admin(path)).status).toBe(400);
  });

  test('queries that cannot be read', async () => {
    const refused: [string, RegExp][] = [
      ['q=name', /rsqlParamSyntax/],
      ['q=name==', /rsqlParamSyntax/],
      ['q=(name==a', /rsqlParamSyntax/],
      [`q=${encodeURIComponent('('.repeat(5000))}`, /rsqlParamSyntax/],
      [`q=${encodeURIComponent(`${'('.repeat(5000)}name==a${')'.repeat(5000)}`)}`, /rsql/],
      ['q=nothing==x', /rsqlInvalidField/],
      ['q=__proto__==x', /rsqlInvalidField/],
      ['q=constructor==x', /rsqlInvalidField/],
      ['q=createdat==x', /hawkbit\.server\.error/],
      ['q=createdat==99999999999999999999999', /hawkbit\.server\.error/],
      ['sort=nothing:ASC', /invalidField/],
      ['sort=constructor:ASC', /invalidField/],
      ['sort=__proto__:ASC', /invalidField/],
      ['sort=name:UP', /invalidDirection/],
      ['sort=name', /sortParamSyntax/],
      ['limit=x', /limit/],
      ['limit=99999999999', /limit/],
      ['offset=1.5', /offset/],
      ['offset=-99999999999', /offset/],
    ];
    for (const [query, names] of refused)
      expectRefused(await admin(`/rest/v1/targets?${query}`), { status: 400, names });
  });

  test.each(['0x1', '1.5', 'NaN', '%20', '1e3', '9223372036854775808', '__proto__'])(
    'an id that is none: %s',
    async (id) => {
      for (const method of ['GET', 'DELETE'])
        expectRefused(await admin(`/rest/v1/targettypes/${id}`, { method }), { status: 400, names: /id/ });
    },
  );

  test('an update that is refused changes nothing', async () => {
    const before = (await admin('/rest/v1/targets/known')).json;
    const updates: [object, RegExp][] = [
      [{ description: 'new', name: 'x'.repeat(129) }, /name.*128/],
      [{ description: 'new', securityToken: NUL }, /securityToken/],
      [{ description: 'new', targetType: 2 ** 40 }, /TargetType/],
      [{ description: 'new', requestAttributes: 'x' }, /requestAttributes/],
    ];
    for (const [json, names] of updates) {
      const answer = await admin('/rest/v1/targets/known', { method: 'PUT', json });
      expect(answer.status).toBeOneOf([400, 404]);
      expect(answer.text).toMatch(names);
    }
    const { pollStatus: _, ...after } = (await admin('/rest/v1/targets/known')).json;
    expect(before).toMatchObject(after);
  });

  test('settings that are none', async () => {
    const put = (key: string, value: unknown) =>
      admin(`/rest/v1/system/configs/${key}`, { method: 'PUT', json: { value } });
    const refused: [string, unknown][] = [
      ['pollingTime', '1 hour'],
      ['pollingTime', NUL],
      ['pollingOverdueTime', {}],
      ['authentication.gatewaytoken.enabled', 'perhaps'],
      ['authentication.gatewaytoken.key', NUL],
      ['authentication.gatewaytoken.key', LONE],
      ['authentication.gatewaytoken.key', 'x'.repeat(100_000)],
      ['authentication.header.authority', LONE],
      ['autoregistration.enabled', null],
    ];
    const before = (await admin('/rest/v1/system/configs')).json;
    for (const [key, value] of refused) {
      expectRefused(await put(key, value), { status: 400, names: new RegExp(key) });
      const batch = { pollingTime: '00:00:07', [key]: value };
      expectRefused(await admin('/rest/v1/system/configs', { method: 'PUT', json: batch }), { status: 400 });
    }
    expect((await admin('/rest/v1/system/configs')).json).toEqual(before);
  });

  test('credentials that are none', async () => {
    const odd = [
      'Basic',
      'Basic ',
      'Basic %%%',
      'Basic YWRtaW4=',
      `Basic ${'A'.repeat(10_000)}`,
      'Bearer x',
      'nonsense',
    ];
    const bytes = [`a${NUL}b:x`, `T\\a\\b:c`, ':', '\\:', `${LONE}:x`];
    for (const authorization of [
      ...odd,
      ...bytes.map((each) => `Basic ${Buffer.from(each).toString('base64')}`),
    ])
      expect((await clientOf(server, authorization)('/rest/v1/userinfo')).status).toBe(401);
    const notUtf8 = Buffer.from([0xff, 0xfe, 0x3a, 0x80]).toString('base64');
    expect((await clientOf(server, `Basic ${notUtf8}`)('/rest/v1/userinfo')).status).toBe(401);
  });

  test('requests that are no HTTP', async () => {
    expect(await raw('GET /rest/v1/targets/\xff\xfe')).toBeOneOf([400, 401]);
    expect(await raw('GET /rest/v1/targets', ['X-Odd: a\0b'])).toBe(400);
    expect(await raw('GET /rest/v1/targets', [`X-Long: ${'x'.repeat(20_000)}`])).toBe(431);
    expect(await raw('NONSENSE /rest/v1/targets')).toBe(400);
    expect(await raw('GET nonsense')).toBe(400);
    expect(await raw('GET http://[::1/')).toBeGreaterThanOrEqual(400);
    expect(await raw('GET *')).toBeGreaterThanOrEqual(400);
    expect(await raw('GET /rest/v1/targets', ['Content-Length: -1'])).toBe(400);
  });

  const text = fc.oneof(
    { weight: 5, arbitrary: fc.string({ minLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('known', '', '\ud800', '\u0000', 'x'.repeat(300), 1e21, -1, 2 ** 53, null, true),
  );
  const mostly = <T>(usual: fc.Arbitrary<T>) =>
    fc.oneof<fc.MaybeWeightedArbitrary<unknown>[]>(
      { weight: 9, arbitrary: usual },
      { weight: 1, arbitrary: odd },
    );
  const rows = fc.array(
    fc.record(
      {
        controllerId: mostly(fc.uuid()),
        name: mostly(text),
        description: mostly(text),
        address: mostly(text),
        securityToken: mostly(text),
        requestAttributes: mostly(fc.boolean()),
        targetType: mostly(fc.constant(null)),
        group: mostly(text),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  );

  test('any JSON: all of it is created or nothing, and never is it the server’s fault', async () => {
    let expected = await targetCount();
    let created = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(rows, fc.jsonValue()), async (json) => {
        const { status, json: answer, text } = await post(json);
        expect(status, text).toBeOneOf([201, 400, 404, 409]);
        if (status === 201) {
          created += answer.length;
          expected += answer.length;
        } else expect(answer).toMatchObject({ errorCode: expect.any(String), message: expect.any(String) });
      }),
      { numRuns: 300 },
    );
    expect(await targetCount()).toBe(expected);
    expect(created, 'not all of it is bad').toBeGreaterThan(0);
  });

  const words = fc.constantFrom(
    ...[
      'name',
      'controllerid',
      'attribute.a',
      'attribute.',
      'type',
      'createdat',
      'updatestatus',
      'group',
      'nothing',
    ],
    ...['==', '!=', '=in=', '=out=', '=lt=', '=ge=', '=is=', '=li=', '=odd=', '<', '>='],
    ...[
      'a',
      '*',
      "'a b'",
      '"',
      "'",
      '\\',
      '(',
      ')',
      ',',
      ';',
      ' and ',
      ' or ',
      ' ',
      'null',
      '0',
      '-1',
      '1e9',
    ],
    ...[
      '%',
      '_',
      'ä',
      '💥',
      '\u0000',
      '\u2028',
      '$',
      '$' + '{now_ts}',
      '$' + '{overdue_ts}',
      ':ASC',
      ':DESC',
      ':',
    ],
  );
  const queries = fc.oneof(
    fc.array(words, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  );

  test('any q and sort', async () => {
    await fc.assert(
      fc.asyncProperty(queries, queries, async (q, sort) => {
        const more: [string, string][] = [
          ['q', q],
          ['sort', sort],
          ['q', `name==x,${q}`],
          ['sort', `name:ASC,${sort}`],
        ];
        for (const query of more) {
          const { status, text } = await admin(`/rest/v1/targets?${new URLSearchParams([query])}`);
          expect(status, text).toBeOneOf([200, 400]);
        }
        const types = await admin(`/rest/v1/targettypes?${new URLSearchParams({ q, sort })}`);
        expect(types.status, types.text).toBeOneOf([200, 400]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('device API', () => {
  const path = () => `/${tenant.name}/controller/v1/known/configData`;
  const put = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE) =>
    device(path(), { method: 'PUT', headers, body });
  const attributes = async () => (await admin('/rest/v1/targets/known/attributes')).json;

  beforeAll(async () => {
    await put('{"mode":"replace","data":{"kept":"1"}}');
  });
  afterEach(async () => {
    await put('{"mode":"replace","data":{"kept":"1"}}');
  });

  const bad = (what: string) => `{"mode":"merge","data":{"new":"1",${what}}}`;

  test.each<[string, string | Uint8Array, number]>([
    ['nothing', '', 400],
    ['half of it', '{"data":{"new":', 400],
    ['a list', '[{"data":{"new":"1"}}]', 400],
    ['null', 'null', 400],
    ['no data', '{"mode":"merge"}', 400],
    ['data that is a text', '{"data":"new"}', 400],
    ['data that is a list', '{"data":["new"]}', 400],
    ['a mode that is none', '{"mode":"MERGE","data":{"new":"1"}}', 400],
    ['a mode that is an object', '{"mode":{},"data":{"new":"1"}}', 400],
    ['an object as value', bad('"k":{}'), 400],
    ['a key of 129 characters', bad(`"${'k'.repeat(129)}":"v"`), 400],
    ['a value of 129 characters', bad(`"k":"${'v'.repeat(129)}"`), 400],
    ['a value with U+0000', bad('"k":"\\u0000"'), 400],
    ['a key with half a pair', bad('"\\ud800":"v"'), 400],
    ['a value beyond ASCII', bad('"k":"\u00e4"'), 400],
    ['a number of 200 digits', bad(`"k":${'1'.repeat(200)}`), 400],
    ['bytes that are no UTF-8', Buffer.from(bad('"k":"\xff"'), 'latin1'), 400],
    ['lists without an end', '['.repeat(500_000), 400],
    ['numbers deep within', bad(`"k":${nested(400_000, '1.0')}`), 400],
    [
      '101 attributes',
      JSON.stringify({ data: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, ''])) }),
      429,
    ],
    ['a body over the limit', Buffer.alloc((1 << 20) + 1, ' '), 413],
  ])('configData is refused, and nothing of it stays: %s', async (_, body, status) => {
    const before = await attributes();
    expect(await put(body)).toMatchObject({ status });
    expect(await attributes()).toEqual(before);
  });

  test('a refused attribute is named', async () => {
    expectRefused(await put(bad(`"wheels":"${'v'.repeat(129)}"`)), {
      status: 400,
      names: /invalidTargetAttributes.*wheels|wheels.*invalidTargetAttributes/s,
    });
    expectRefused(await put(bad('"wheels":[]')), { status: 400, names: /wheels/ });
    expectRefused(await put('{"mode":"MERGE","data":{"a":"b"}}'), { status: 400, names: /mode.*merge/ });
    expectRefused(await put('{"mode":"merge"}'), { status: 400 });
  });

  test('keys that mean something to JavaScript are attributes as any other', async () => {
    const body =
      '{"mode":"replace","data":{"__proto__":"a","constructor":"b","toString":"c","hasOwnProperty":"d"}}';
    expect((await put(body)).status).toBe(200);
    const answer = await admin('/rest/v1/targets/known/attributes');
    expect(JSON.parse(answer.text, (_, value) => value)).toEqual(JSON.parse(body).data);
    expect(answer.text).toContain('"__proto__":"a"');
  });

  test.each<[string, Uint8Array]>([
    ['nothing', Buffer.of()],
    ['text', Buffer.from('{"data":{"new":"1"}}')],
    ['a list', encode([1])],
    ['a list that claims 2^64 items', Buffer.from('9bffffffffffffffff', 'hex')],
    ['a text that claims 2^31 bytes', Buffer.from('7a7fffffff', 'hex')],
    ['bytes that claim 2^63', Buffer.from('5b7fffffffffffffff', 'hex')],
    ['a break out of nowhere', Buffer.from('ff', 'hex')],
    ['a map without an end', Buffer.from('bf6161', 'hex')],
    ['lists in lists', Buffer.alloc(1_000_000, 0x81)],
    ['tags in tags', Buffer.alloc(1_000_000, 0xc1)],
    ['two values', Buffer.concat([encode({ data: { new: '1' } }), encode(1)])],
    ['a date as value', encode({ data: { new: new Date() } })],
    ['bytes as value', encode({ data: { new: Buffer.from('x') } })],
    ['a text that is no UTF-8', Buffer.from('a16464617461a1636e657761ff', 'hex')],
    ['a list as key', Buffer.from('a16464617461a18161616131', 'hex')],
  ])('CBOR is refused: %s', async (_, body) => {
    const before = await attributes();
    expect((await put(body, CBOR_TYPE)).status).toBe(400);
    expect(await attributes()).toEqual(before);
  });

  test('what is no device of this tenant is refused without a word', async () => {
    const unauthorized: [string, string][] = [
      ['/No-Such-Tenant/controller/v1/known', TOKEN],
      [`/${tenant.name}/controller/v1/unknown`, TOKEN],
      [`/${tenant.name}/controller/v1/known`, `${TOKEN}x`],
      ['/DEFAULT/controller/v1/known', TOKEN],
    ];
    for (const [where, token] of unauthorized)
      for (const rest of ['', '/configData', '/nothing'])
        expect(await clientOf(server, `TargetToken ${token}`)(where + rest)).toMatchObject({
          status: 401,
          text: '',
        });
  });

  test('paths that are none', async () => {
    const gateway = `GatewayToken ${await gatewayToken()}`;
    const client = clientOf(server, gateway);
    const before = await targetCount();
    for (const id of [
      'a%2Fb',
      'a%00b',
      'a%5Cb',
      '%',
      '%zz',
      '%C0%80',
      '%ED%A0%80',
      '%20',
      'a%20b',
      'x'.repeat(129),
    ])
      for (const rest of ['', '/configData'])
        expect((await client(`/${tenant.name}/controller/v1/${id}${rest}`)).status, id).toBe(400);
    for (const name of ['%00', '%FF', 'a%2Fb'])
      expect((await client(`/${name}/controller/v1/x`)).status).toBe(400);
    expect((await client(`/${'x'.repeat(41)}/controller/v1/x`)).status).toBe(404);
    expect(await targetCount()).toBe(before);
  });

  const gatewayToken = async (): Promise<string> => {
    const token = 'gateway-of-bad-input-0123456789abcd';
    await admin('/rest/v1/system/configs/authentication.gatewaytoken.key', {
      method: 'PUT',
      json: { value: token },
    });
    return token;
  };

  test('odd headers', async () => {
    const where = `/${tenant.name}/controller/v1/known`;
    const odd: Record<string, string>[] = [
      { 'x-forwarded-for': 'nonsense, , ::, 999.1.1.1' },
      { 'x-forwarded-for': 'x'.repeat(8000) },
      { 'x-forwarded-for': '\u00e4\u00ff' },
      { 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'a"b<c>\u00e4' },
      { 'x-forwarded-host': ',' },
      { 'if-none-match': ',,,"' },
      { 'x-controller-id': '\u00ff', 'x-authority-1': 'x'.repeat(1000) },
      { accept: '*/*;q=x' },
    ];
    for (const headers of odd)
      expect((await device(where, { headers })).status, JSON.stringify(headers)).toBeLessThan(500);
    expect((await device(where, { headers: { accept: 'text/html' } })).status).toBe(406);
    for (const authorization of [
      'TargetToken',
      `TargetToken ${'x'.repeat(8000)}`,
      'TargetToken \u00ff',
      'targettoken x',
    ])
      expect((await clientOf(server, authorization)(where)).status).toBe(401);

    // The times of polls are written together: an odd one must not keep others from being written.
    await admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'plain', securityToken: TOKEN }],
    });
    await device(`/${tenant.name}/controller/v1/plain`);
    const lastPoll = async () => (await admin('/rest/v1/targets/plain')).json.lastControllerRequestAt;
    const first = await lastPoll();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([
      device(`/${tenant.name}/controller/v1/plain`),
      ...odd.map((headers) => device(where, { headers })),
    ]);
    await expect.poll(lastPoll, { timeout: 10_000 }).toBeGreaterThan(first);
  });

  test('any JSON and any CBOR as configData', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', '\ud800', '\u0000', 'x'.repeat(129), 1e300, null, true),
    );
    const report = fc.record(
      {
        mode: fc.oneof(fc.constantFrom('merge', 'replace', 'remove'), value),
        data: fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), value, { maxKeys: 5 }), value),
      },
      { requiredKeys: [] },
    );
    const harmless = [200, 400, 429];
    await fc.assert(
      fc.asyncProperty(fc.oneof(report, fc.jsonValue()), async (json) => {
        const asJson = await put(JSON.stringify(json));
        expect(asJson.status, asJson.text).toBeOneOf(harmless);
        const asCbor = await put(encode(json), CBOR_TYPE);
        expect(asCbor.status, asCbor.text).toBeOneOf(harmless);
      }),
      { numRuns: 150 },
    );
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anything, fc.record({ data: fc.dictionary(fc.string(), anything) })),
        async (any) => {
          const { status, text } = await put(encode(any), CBOR_TYPE);
          expect(status, text).toBeOneOf(harmless);
        },
      ),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
        for (const body of [bytes, Buffer.concat([Buffer.from('a16464617461a1616b', 'hex'), bytes])]) {
          const { status, text } = await put(body, CBOR_TYPE);
          expect(status, text).toBeOneOf(harmless);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('GraphQL', () => {
  const send = (json: unknown) => admin('/graphql', { method: 'POST', json });
  const CREATE = `mutation ($input: CreateTargetsInput!) {
    createTargets(input: $input) { targets { controllerId } userErrors { code message path } }
  }`;
  const create = async (targets: unknown[]) => {
    const { status, json } = await send({ query: CREATE, variables: { input: { targets } } });
    return { status, errors: json.errors, ...json.data?.createTargets };
  };

  test.each<[string, string | Uint8Array, number]>([
    ['nothing', '', 400],
    ['half of it', '{"query":"{ me', 400],
    ['null', 'null', 400],
    ['a number', '1', 400],
    ['a list of operations', '[{"query":"{ me { username } }"}]', 400],
    ['no query', '{}', 400],
    ['a query that is an object', '{"query":{}}', 400],
    ['variables that are a list', '{"query":"{ me { username } }","variables":[]}', 400],
    ['bytes that are no UTF-8', Buffer.from('{"query":"{ me { \xff } }"}', 'latin1'), 400],
    ['lists without an end', '['.repeat(1 << 20), 400],
    ['a query without an end', JSON.stringify({ query: '{'.repeat(100_000) }), 400],
    [
      'a query of lists in lists',
      JSON.stringify({ query: `{ targets(orderBy: ${nested(5000)}) { nodes { name } } }` }),
      400,
    ],
    ['an unknown field', '{"query":"{ me { nothing } }"}', 400],
    ['an unknown argument', '{"query":"{ targets(nothing: 1) { totalCount } }"}', 400],
    ['a number that is none', '{"query":"{ targets(first: 1e99) { nodes { name } } }"}', 400],
    ['a body over the limit', Buffer.alloc(BODY_LIMIT + 1, ' '), 413],
  ])('%s', async (_, body, status) => {
    const answer = await admin('/graphql', { method: 'POST', headers: JSON_TYPE, body });
    expectRefused(answer, { status, names: /"errors"/ });
  });

  test.each<[string, object, string, RegExp]>([
    ['an empty controllerId', { controllerId: '' }, 'controllerId', /controllerId/],
    ['one with a blank', { controllerId: 'b ad' }, 'controllerId', /white space/],
    ['one of 257 characters', { controllerId: 'x'.repeat(257) }, 'controllerId', /256/],
    ['one with U+0000', { controllerId: `b${NUL}ad` }, 'controllerId', /U\+0000/],
    ['one with half a pair', { controllerId: `b${LONE}ad` }, 'controllerId', /surrogate/],
    ['one that exists', { controllerId: 'known' }, 'controllerId', /known/],
    ['one that is there twice', { controllerId: 'good-1' }, 'controllerId', /good-1/],
    ['a name of 129 characters', { controllerId: 'bad', name: 'x'.repeat(129) }, 'name', /128/],
    ['a description of 513', { controllerId: 'bad', description: 'x'.repeat(513) }, 'description', /512/],
    ['an address of 513', { controllerId: 'bad', address: 'x'.repeat(513) }, 'address', /512/],
    ['a token of 129', { controllerId: 'bad', securityToken: 'x'.repeat(129) }, 'securityToken', /128/],
    ['a group of 257', { controllerId: 'bad', group: 'x'.repeat(257) }, 'group', /256/],
    [
      'an unknown type',
      { controllerId: 'bad', targetTypeId: '4611686018427387904' },
      'targetTypeId',
      /TargetType/,
    ],
    ['a type that is no id', { controllerId: 'bad', targetTypeId: 'x' }, 'targetTypeId', /x|number/],
    [
      'a type beyond 64 bits',
      { controllerId: 'bad', targetTypeId: '9223372036854775808' },
      'targetTypeId',
      /./,
    ],
  ])('a row is refused, and the good one with it: %s', async (_, row, field, rule) => {
    const before = await targetCount();
    const { status, targets, userErrors, errors } = await create([{ controllerId: 'good-1' }, row]);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(targets).toEqual([]);
    expect(userErrors).toEqual([
      { code: expect.any(String), message: expect.stringMatching(rule), path: ['targets', '1', field] },
    ]);
    expect(await targetCount()).toBe(before);
  });

  test('rows of wrong types never come that far', async () => {
    for (const row of [
      {},
      { controllerId: 1 },
      { controllerId: [] },
      { controllerId: null },
      { controllerId: 'bad', nothing: 1 },
      'bad',
      null,
      [[]],
    ]) {
      const { status, errors } = await create([row]);
      expect(status).toBe(400);
      expect(errors[0]).toMatchObject({
        message: expect.stringMatching(/input\.targets|\$input/),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });

  test('arguments of queries that cannot be', async () => {
    const bad: [string, RegExp][] = [
      ['first: -1', /first/],
      ['first: 501', /500/],
      ['first: 1, last: 1', /first|last/],
      ['after: "nonsense"', /after|cursor/],
      ['after: ""', /after|cursor/],
      ['after: "\\u0000"', /after|cursor/],
      ['offset: -1', /offset/],
      ['offset: 2147483647, after: "x"', /offset|after|cursor/],
      ['filter: "name"', /position/i],
      ['filter: "nothing==1"', /nothing/],
      ['filter: "name==\\u0000"', /./],
    ];
    for (const [args, names] of bad) {
      const { status, json, text } = await send({ query: `{ targets(${args}) { nodes { name } } }` });
      expect(status, text).toBeLessThan(500);
      expect(json.errors?.[0], `${args}: ${text}`).toMatchObject({
        message: expect.stringMatching(names),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    for (const id of ['known\\u0000', '\\ud800', '']) {
      const { json, text } = await send({ query: `{ target(controllerId: "${id}") { name } }` });
      expect(json.data ?? json.errors, text).toBeDefined();
      expect(text).not.toContain('INTERNAL_SERVER_ERROR');
    }
  });

  test('any variables and any filter', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud800', '\u0000', -1, 2 ** 31),
    );
    const harmless = async (answer: Promise<Answer>) => {
      const { status, text } = await answer;
      expect(status, text).toBeLessThan(500);
      expect(text).not.toContain('INTERNAL_SERVER_ERROR');
    };
    const row = fc.record({
      controllerId: fc.oneof(fc.uuid(), fc.string({ unit: 'binary' })),
      name: fc.string({ unit: 'binary' }),
      targetTypeId: fc.oneof(fc.string(), fc.integer()),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(row, { maxLength: 3 }), value), value, async (targets, any) => {
        await harmless(send({ query: CREATE, variables: { input: { targets } } }));
        await harmless(
          send({
            query:
              'query ($f: String, $a: String, $n: Int) { targets(filter: $f, after: $a, first: $n) { totalCount nodes { name } } }',
            variables: { f: any, a: any, n: any },
          }),
        );
        await harmless(send({ query: any, variables: any, operationName: any, extensions: any }));
        await harmless(
          send({
            query:
              'mutation ($i: DeleteTargetsInput!) { deleteTargets(input: $i) { deletedCount userErrors { code } } }',
            variables: { i: { filter: any, dryRun: true } },
          }),
        );
      }),
      { numRuns: 100 },
    );
  });
});

test('after all that the server serves', async () => {
  expect((await admin('/health/ready')).status).toBe(200);
  expect((await device(`/${tenant.name}/controller/v1/known`)).status).toBe(200);
  expect((await admin('/rest/v1/targets/known')).status).toBe(200);
});
