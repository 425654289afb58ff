import { encode } from 'cbor-x';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Request, startTestServer } from '../../support/server.ts';
import { type Deployed, openWorkshop, PROCEEDING, SUCCESS } from './support.ts';

const server = await startTestServer({ MUSTER_DDI_BODY_LIMIT: '100000' });
afterAll(() => server.stop());
const workshop = await openWorkshop(server);
let device: Deployed;
let feedback: string;
beforeAll(async () => {
  device = await workshop.deploy({ 'a.bin': '0123456789' });
  feedback = `/deploymentBase/${device.actionId}/feedback`;
});
afterEach(() => expect(server.errors).toEqual([]));

const post = (json: unknown): Request => ({ method: 'POST', json });
const typed = (type: string, body: string | Uint8Array): Request => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
});
const JSON_TYPE = 'application/json';
const CBOR = 'application/cbor';
const bytes = (...hex: string[]) => new Uint8Array(Buffer.from(hex.join(''), 'hex'));

describe('an id', () => {
  const PLACES = [
    '/deploymentBase/ID',
    '/cancelAction/ID',
    '/confirmationBase/ID',
    '/installedBase/ID',
    '/softwaremodules/ID/artifacts',
    '/softwaremodules/ID/artifacts/a.bin',
    '/softwaremodules/ID/artifacts/a.bin.MD5SUM',
  ];
  const REPORTS = ['/deploymentBase/ID/feedback', '/cancelAction/ID/feedback'];
  it.each([
    ...['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'].map((id) => [id, 404]),
    ...['9223372036854775808', '1e3', '1.5', '0x1', 'abc', '%20', 'null', '١'].map((id) => [id, 400]),
  ] as [string, number][])('%s is answered %i', async (id, status) => {
    for (const place of PLACES) {
      const { status: answered, json } = await device.ask(place.replace('ID', encodeURI(decodeURI(id))));
      expect([place, answered]).toEqual([place, status]);
      expect(json.errorCode).toMatch(status === 404 ? /entityNotFound$/ : /notReadable$/);
      if (status === 404) expect(json.message).toContain(`{${id}}`);
    }
    for (const place of REPORTS)
      expect(
        (await device.ask(place.replace('ID', encodeURI(decodeURI(id))), post({ status: SUCCESS }))).status,
      ).toBe(status);
  });
});

describe('a parameter', () => {
  it.each([
    ['c=1', 200],
    ['c=-5', 200],
    ['c=', 200],
    ['c=abc', 400],
    ['c=1&c=2', 400],
    ['c=2147483648', 400],
    ['actionHistory=-1', 200],
    ['actionHistory=', 200],
    ['actionHistory=x', 400],
    ['actionHistory=1.5', 400],
    ['actionHistory=99999999999', 400],
    ['nosuch=1', 200],
  ])('%s is answered %i', async (query, status) => {
    expect((await device.ask(`/deploymentBase/${device.actionId}?${query}`)).status).toBe(status);
  });
});

describe('a body', () => {
  it.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a list', [{ status: SUCCESS }]],
    ['a text', 'x'],
    ['no status', {}],
    ['no execution', { status: { result: { finished: 'none' } } }],
    ['no result', { status: { execution: 'proceeding' } }],
    ['no finished', { status: { execution: 'proceeding', result: {} } }],
    ['upper case', { status: { ...PROCEEDING, execution: 'PROCEEDING' } }],
    ['an unknown result', { status: { ...PROCEEDING, result: { finished: 'maybe' } } }],
    ['a list of executions', { status: { ...PROCEEDING, execution: ['closed'] } }],
    ['an inherited word', { status: { ...PROCEEDING, execution: 'constructor' } }],
    ['details that are objects', { status: { ...PROCEEDING, details: { a: 1 } } }],
    ['details of objects', { status: { ...PROCEEDING, details: [{}] } }],
    ['a code that is a word', { status: { ...PROCEEDING, code: 'x' } }],
    ['a code of 33 bits', { status: { ...PROCEEDING, code: 2 ** 32 } }],
    ['a code beyond all numbers', { status: { ...PROCEEDING, code: '1e999' } }],
    ['a time of another age', { status: PROCEEDING, timestamp: 1e18 }],
    ['a time before 1970', { status: PROCEEDING, timestamp: -1 }],
  ])('is refused with %s', async (_, json) => {
    const { status, json: answer } = await device.ask(feedback, {
      ...post(json),
      headers: { 'content-type': JSON_TYPE },
    });
    expect([status, answer.errorCode]).toEqual([400, 'hawkbit.server.error.rest.body.notReadable']);
  });

  it.each<[object, RegExp]>([
    [{}, /^status: /],
    [{ status: 1 }, /^status: /],
    [{ status: { execution: 'proceeding' } }, /^status\.result: /],
    [{ status: { ...PROCEEDING, result: {} } }, /^finished: /],
    [{ status: { result: { finished: 'none' } } }, /^execution: /],
    [{ status: { ...PROCEEDING, result: { finished: 'none', progress: 1 } } }, /^progress: /],
    [{ status: { ...PROCEEDING, details: ['x', {}] } }, /^details\.1: /],
  ])('is told which member is at fault: %j', async (json, message) => {
    expect((await device.ask(feedback, post(json))).json.message).toMatch(message);
  });

  it.each<[string, object]>([
    ['a single detail', { status: { ...PROCEEDING, details: 'x' } }],
    ['a number for a detail', { status: { ...PROCEEDING, details: [1.5, null, true] } }],
    ['what no database stores', { status: { ...PROCEEDING, details: ['\0 \ud800'] } }],
    ['a long detail', { status: { ...PROCEEDING, details: ['x'.repeat(20_000)] } }],
    ['a code as text', { status: { ...PROCEEDING, code: '17' } }],
    [
      'progress without an end',
      { status: { ...PROCEEDING, result: { finished: 'none', progress: { cnt: 7 } } } },
    ],
    ['members of old clients', { id: 'x', time: 'y', status: { ...PROCEEDING, foo: {} } }],
  ])('is taken with %s', async (_, json) => {
    expect((await device.ask(feedback, post(json))).status).toBe(200);
  });

  it('of another type is 415, one too large 413, one that is none 400', async () => {
    const good = JSON.stringify({ status: PROCEEDING });
    for (const type of ['application/hal+json', 'text/plain', 'application/json;charset=utf-16', '', 'x'])
      expect((await device.ask(feedback, typed(type, good))).status, type).toBe(415);
    expect((await device.ask(feedback, typed('application/json; charset=UTF-8', good))).status).toBe(200);
    expect((await device.ask(feedback, typed(JSON_TYPE, ' '.repeat(100_001)))).status).toBe(413);
    for (const wrong of ['{', '\ufeff{}', `${good}x`, '['.repeat(50_000), '{"status":NaN}'])
      expect((await device.ask(feedback, typed(JSON_TYPE, wrong))).status).toBe(400);
    expect((await device.ask(feedback, typed(JSON_TYPE, bytes('22ff22')))).status).toBe(400);
  });

  it('may be compressed, but not beyond the limit', async () => {
    const { gzipSync } = await import('node:zlib');
    const send = (body: Uint8Array, encoding = 'gzip') =>
      device.ask(feedback, {
        ...typed(JSON_TYPE, body),
        headers: { 'content-type': JSON_TYPE, 'content-encoding': encoding },
      });
    expect((await send(gzipSync(JSON.stringify({ status: PROCEEDING })))).status).toBe(200);
    expect((await send(gzipSync(' '.repeat(10_000_000)))).status).toBe(413);
    expect((await send(bytes('00'))).status).toBe(400);
    expect((await send(bytes('00'), 'nosuch')).status).toBe(415);
  });

  it('in CBOR is as good as one in JSON', async () => {
    const said = { status: { ...PROCEEDING, code: 7n, details: ['by CBOR'] }, timestamp: BigInt(1e12) };
    expect((await device.ask(feedback, typed(CBOR, encode(said)))).status).toBe(200);
    const path = `/rest/v1/targets/${device.controllerId}/actions/${device.actionId}/status?sort=id:DESC&limit=1`;
    expect((await workshop.admin(path)).json.content[0]).toMatchObject({
      timestamp: 1e12,
      code: 7,
      messages: ['by CBOR', 'Device reported status code: 7'],
    });
  });

  it.each([
    ['nothing', bytes()],
    ['a break', bytes('ff')],
    ['a text without its end', bytes('7a7fffffff61')],
    ['a list of 2^32', bytes('9affffffff')],
    ['lists in lists', bytes('81'.repeat(90_000))],
    ['an integer of many bytes', bytes('c25a00015f90', 'ff'.repeat(90_000))],
    ['a pattern', bytes('d81b82665265674578706128')],
    ['a time', bytes('c11a514b67b0')],
    ['what refers to itself', bytes('d81ca16673746174757300d81d00')],
    ['more than one value', bytes('a0a0')],
  ])('in CBOR that is %s is refused', async (_, body) => {
    expect((await device.ask(feedback, typed(CBOR, body))).status).toBe(400);
  });
});

describe('a method and a path', () => {
  it.each([
    ['GET', '/deploymentBase', 404],
    ['GET', '/deploymentBase/', 404],
    ['GET', '/deploymentBase/ID/', 404],
    ['GET', '/deploymentBase/ID/feedback', 405],
    ['GET', '/DeploymentBase/ID', 404],
    ['POST', '/deploymentBase/ID', 405],
    ['DELETE', '/cancelAction/ID', 405],
    ['PATCH', '/installedBase', 405],
    ['GET', '/installedBase', 405],
    ['PROPFIND', '', 405],
    ['PUT', '/softwaremodules/MODULE/artifacts/a.bin', 405],
    ['HEAD', '/deploymentBase/ID', 200],
    ['HEAD', '/softwaremodules/MODULE/artifacts', 200],
    ['HEAD', '/confirmationBase', 200],
    ['OPTIONS', '/deploymentBase/ID', 200],
    ['OPTIONS', '/deploymentBase/ID/feedback', 200],
    ['OPTIONS', '/nosuch', 404],
  ])('%s %s is answered %i', async (method, path, status) => {
    const answer = await device.ask(
      path.replace('ID', String(device.actionId)).replace('MODULE', String(device.moduleId)),
      { method },
    );
    expect(answer.status).toBe(status);
    if (status === 405 || (method === 'OPTIONS' && status === 200))
      expect(answer.headers.get('allow')).toMatch(/OPTIONS$/);
    if (method === 'HEAD') expect(answer.text).toBe('');
  });

  it('asked in a type that nobody speaks is 406, and nothing is noted', async () => {
    const fresh = await workshop.deploy();
    const answer = await fresh.ask(`/deploymentBase/${fresh.actionId}`, { headers: { accept: 'text/html' } });
    expect([answer.status, answer.text]).toEqual([406, '']);
    expect(await fresh.entries()).toEqual(['running']);
  });
});
