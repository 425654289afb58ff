import { encode } from 'cbor-x';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../../support/server.ts';
import { type Deployed, openWorkshop, PROCEEDING } from './support.ts';

const server = await startTestServer();
afterAll(() => server.stop());
const workshop = await openWorkshop(server);
let device: Deployed;
beforeAll(async () => {
  device = await workshop.deploy();
});
afterEach(() => expect(server.errors).toEqual([]));

type Body = Readonly<Record<string, unknown>>;
const bytes = Buffer.from('0102', 'hex');
const date = new Date(1e12);
/** What is no text, number or boolean; the last two come by CBOR only. */
const NESTED: [string, unknown][] = [
  ['an object', {}],
  ['an object with members', { a: 1 }],
  ['a list', []],
  ['a list of one', ['x']],
  ['bytes', bytes],
  ['a time', date],
];
const WORDS: [string, unknown][] = [
  ['a word', 'x'],
  ['a boolean', true],
];
const NO_OBJECT: [string, unknown][] = [
  ['a text', 'x'],
  ['an empty text', ''],
  ['a number', 7],
  ['a boolean', true],
  ...NESTED.filter(([, value]) => Array.isArray(value) || value === bytes || value === date),
];
const NO_NUMBER_32: [string, unknown][] = [...NESTED, ...WORDS, ['a number of 33 bits', 2 ** 32]];

/** The body with another value at a place, given as its names from outside to inside. */
const withValue = (body: Body, [name, ...rest]: string[], value: unknown): Body => ({
  ...body,
  [name!]: rest.length ? withValue((body[name!] ?? {}) as Body, rest, value) : value,
});

const STATUS = { execution: 'proceeding', result: { finished: 'none' } };
const REPORT: Pick<Route, 'body' | 'fields'> = {
  body: { status: STATUS },
  fields: {
    timestamp: [...NESTED, ...WORDS],
    status: NO_OBJECT,
    'status.execution': [...NESTED, ...WORDS, ['null', null]],
    'status.code': NO_NUMBER_32,
    'status.details': NESTED.filter(([, value]) => !Array.isArray(value)),
    'status.details.0': NESTED,
    'status.result': NO_OBJECT,
    'status.result.finished': [...NESTED, ...WORDS, ['null', null]],
    'status.result.progress': NO_OBJECT,
    'status.result.progress.cnt': NO_NUMBER_32,
    'status.result.progress.of': NO_NUMBER_32,
  },
};
interface Route {
  method: string;
  path: string;
  body: Body;
  /** What each field is refused with. */
  fields: Record<string, [string, unknown][]>;
}
const CODE_AND_DETAILS: Route['fields'] = {
  code: NO_NUMBER_32,
  details: NESTED.filter(([, value]) => !Array.isArray(value)),
  'details.0': NESTED,
};
const ROUTES: Route[] = [
  { method: 'POST', path: '/deploymentBase/ID/feedback', ...REPORT },
  { method: 'POST', path: '/cancelAction/ID/feedback', ...REPORT },
  {
    method: 'POST',
    path: '/confirmationBase/ID/feedback',
    body: { confirmation: 'denied' },
    fields: { confirmation: [...NESTED, ...WORDS, ['null', null]], ...CODE_AND_DETAILS },
  },
  {
    method: 'POST',
    path: '/confirmationBase/activateAutoConfirm',
    body: {},
    fields: { initiator: NESTED, remark: NESTED },
  },
  {
    method: 'PUT',
    path: '/installedBase',
    body: { name: 'n', version: 'v' },
    fields: { name: NESTED, version: NESTED },
  },
  {
    method: 'PUT',
    path: '/configData',
    body: { data: { a: 'b' } },
    fields: {
      mode: [...NESTED, ...WORDS, ['an empty text', '']],
      data: [...NO_OBJECT, ['null', null], ['an empty object', {}]],
      'data.a': NESTED,
    },
  },
];

const send = (method: string, path: string, body: unknown, type: 'json' | 'cbor') =>
  device.ask(path.replace('ID', String(device.actionId)), {
    method,
    headers: { 'content-type': `application/${type}` },
    body: type === 'json' ? JSON.stringify(body) : encode(body),
  });
/** A list where the place is an item of one. */
const placed = (body: Body, place: string, value: unknown): Body =>
  place.endsWith('.0')
    ? withValue(body, place.slice(0, -2).split('.'), [value])
    : withValue(body, place.split('.'), value);

describe.each(ROUTES)('$method $path', ({ method, path, body, fields }) => {
  const cases = Object.entries(fields).flatMap(([place, wrong]) =>
    wrong.map(([what, value]) => [place, what, value] as const),
  );
  it.each(cases)('refuses %s that is %s, in JSON and in CBOR', async (place, _, value) => {
    for (const type of ['json', 'cbor'] as const) {
      // JSON has no bytes and no times: they are objects or texts there.
      if (type === 'json' && (value === bytes || value === date)) continue;
      const { status, json } = await send(method, path, placed(body, place, value), type);
      expect([type, status, json?.errorCode]).toEqual([
        type,
        400,
        'hawkbit.server.error.rest.body.notReadable',
      ]);
    }
  });

  const optional = ['code', 'details', 'timestamp', 'progress', 'cnt', 'of', 'initiator', 'remark', 'mode'];
  const mayBeNull = Object.keys(fields).filter((place) => optional.includes(place.split('.').at(-1)!));
  it.each(mayBeNull)('takes %s that is null', async (place) => {
    for (const type of ['json', 'cbor'] as const) {
      const { json } = await send(method, path, placed(body, place, null), type);
      expect([type, json?.errorCode ?? '']).toEqual([type, expect.not.stringMatching(/notReadable/)]);
    }
  });
});

it.each(['name', 'version'])('what is installed has a %s that is neither null nor empty', async (field) => {
  for (const value of [null, ''])
    for (const type of ['json', 'cbor'] as const) {
      const body = { name: 'n', version: 'v', [field]: value };
      const { status, json } = await send('PUT', '/installedBase', body, type);
      expect([status, json?.errorCode]).toEqual([400, 'hawkbit.server.error.repo.constraintViolation']);
    }
});

describe('a report', () => {
  it.each([
    ['no progress at all', {}],
    ['numbers as texts', { cnt: '2', of: '5' }],
    ['fractions', { cnt: 2.5 }],
    ['what nobody knows', { cnt: 1, percent: {} }],
  ])('is taken with %s', async (_, progress) => {
    const { result, ...status } = PROCEEDING;
    const answer = await device.report({ ...status, result: { ...result, progress } });
    expect(answer.status).toBe(200);
  });
});
