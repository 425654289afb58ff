import { gzipSync } from 'node:zlib';
import { encode } from 'cbor-x';
import { describe, expect, test } from 'vitest';
import { clientOf } from '../../support/server.ts';
import {
  BODY_LIMIT,
  expectRefused,
  JSON_TYPE,
  LONE,
  NUL,
  nested,
  type Refused,
  sendRaw,
  serveTenant,
} from './support.ts';

const { server, admin, targetCount, expectServing } = await serveTenant();

const raw = (line: string, headers: string[] = []) =>
  sendRaw(
    server.url,
    Buffer.from(
      `${line} HTTP/1.1\r\n${['Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`,
      'latin1',
    ),
  );

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
    '/rest/v1/targettypes/a%2Fb',
    '/rest/v1/targets/a%00b',
    '/rest/v1/targetgroups/a%5Cb/assigned',
    '/rest/v1/targets/%',
    '/rest/v1/targets/%zz',
    '/rest/v1/targets/%C0%80',
    '/rest/v1/targets/%ED%A0%80',
    '/rest/v1/targets/%FF/attributes',
    '/rest//v1/targets',
    '/rest/v1/..%2f..',
    '/rest/v1/targets?q=%00',
    '/rest/v1/targets?q={',
  ])('a path that is none: %s', async (path) => {
    expectRefused(await admin(path), { status: 400, names: /The (path|query|percent-encoding) / });
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
});

test('after all that the server serves', expectServing);
