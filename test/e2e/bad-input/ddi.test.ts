import { encode } from 'cbor-x';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from '../../support/server.ts';
import { CBOR_TYPE, expectRefused, JSON_TYPE, nested, serveTenant, TOKEN } from './support.ts';

const { server, tenant, admin, device, targetCount, expectServing } = await serveTenant();
afterAll(expectServing);

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
    for (const id of ['a%00b', '%', '%zz', '%C0%80', '%ED%A0%80', '%20', 'a%20b', 'x'.repeat(129)])
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
