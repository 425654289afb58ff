import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/server.ts';
import { deploy } from '../../support/software.ts';
import { LISTS, OTHERS, type Route, routesOf, type World } from './rest-routes.ts';
import { atLimits, beyondLimits, type Member, nameOf, type Odd, wrongTypes } from './rest-values.ts';
import { JSON_TYPE, serveTenant } from './support.ts';

/* Each member of each body of the Management API: what just fits is taken, and all else refused in its own words. */

const { tenant, admin, expectServing } = await serveTenant();
afterAll(expectServing);

const FILE = { filename: 'file', content: Buffer.from('content') };

async function create(path: string, body: Record<string, unknown>): Promise<number> {
  const { status, json, text } = await admin(`/rest/v1${path}`, { method: 'POST', json: body });
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${text}`);
  return (Array.isArray(json) ? json[0] : json).id;
}

const world: World = {
  admin,
  create,
  setId: 0,
  moduleTypeId: 0,
  async target() {
    const controllerId = nameOf();
    await create('/targets', { controllerId });
    return controllerId;
  },
  module: () => create('/softwaremodules', { name: nameOf(), version: '1', type: 'os' }),
  set: () => create('/distributionsets', { name: nameOf(), version: '1', type: 'os' }),
  action: () => actionOf(false),
  waitingAction: () => actionOf(true),
};

async function actionOf(confirmationRequired: boolean): Promise<string> {
  const path = `/targets/${await world.target()}`;
  const body = { id: world.setId, type: 'soft', confirmationRequired };
  const { json } = await admin(`/rest/v1${path}/assignedDS`, { method: 'POST', json: body });
  return `${path}/actions/${json.assignedActions[0].id}`;
}

beforeAll(async () => {
  await admin('/rest/v1/system/configs/user.confirmation.flow.enabled', {
    method: 'PUT',
    json: { value: true },
  });
  ({ setId: world.setId } = await deploy(tenant, 'known', FILE));
  world.moduleTypeId = await create('/softwaremoduletypes', {
    key: nameOf(),
    name: nameOf(),
    maxAssignments: 1,
  });
});

const ROUTES = routesOf(world);

/** The good body with another value of one member. */
function bodyOf({ good, many }: Route, member: string, value: unknown): unknown {
  const body = good();
  const steps = member.split('.');
  let place: Record<string, unknown> = body;
  for (const [at, step] of steps.slice(0, -1).entries()) {
    place[step] ??= /^\d+$/.test(steps[at + 1]!) ? [{}] : {};
    place = place[step] as Record<string, unknown>;
  }
  place[steps.at(-1)!] = value;
  return many ? [body] : body;
}

const send = async (route: Route, json: unknown): Promise<Answer> =>
  admin(`/rest/v1${await route.open()}`, { method: route.method, json });

const lastOf = (member: string) =>
  member
    .split('.')
    .filter((step) => !/^\d+$/.test(step))
    .at(-1)!;

function expectNamed({ status, json, text }: Answer, member: string, statuses: number[]): void {
  expect(status, text).toBeOneOf(statuses);
  expect(json, text).toMatchObject({
    errorCode: expect.stringMatching(/^hawkbit\.server\.error\./),
    message: expect.any(String),
  });
  expect(json.message).toMatch(new RegExp(`(^|\\.)${lastOf(member)}(\\.\\d+)*: `));
}

const members = ROUTES.flatMap((route) =>
  Object.entries(route.members).map(
    ([name, member]) => [`${route.method} ${route.path}`, name, route, member] as const,
  ),
);
const isQuery = (name: string) => /query$/i.test(name);

/** Sends all values of a member at once, each to something of its own. */
const sendEach = (route: Route, name: string, values: Odd[]) =>
  Promise.all(
    values.map(async ({ value, why }) => ({ why, answer: await send(route, bodyOf(route, name, value)) })),
  );

test.each(members)('%s: %s', async (_, name, route, member) => {
  for (const { why, answer } of await sendEach(route, name, wrongTypes(member)))
    expect.soft(() => expectNamed(answer, name, [400]), `${why}: ${answer.text}`).not.toThrow();

  for (const { why, answer } of await sendEach(route, name, beyondLimits(member, isQuery(name))))
    if (member.kind === 'id') expect.soft(answer.status, `${why}: ${answer.text}`).toBe(404);
    else expect.soft(() => expectNamed(answer, name, [400, 429]), `${why}: ${answer.text}`).not.toThrow();

  for (const { why, answer } of await sendEach(route, name, atLimits(member, isQuery(name))))
    if (isKnown(member)) expect.soft(answer.text, why).not.toMatch(/characters/);
    else expect.soft(answer.status, `${why}: ${answer.text}`).toBeOneOf([200, 201, 204]);
});

const isKnown = (member: Member) => member.kind === 'text' && member.known;

const BODIES = ['', 'null', '"x"', '1', 'true', '{"a":', '[null]', '[[]]', '["x"]'];

test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'no body: %s',
  async (_, route) => {
    // It may have none.
    const mayBeNone = route.path.endsWith('/activate');
    const bodies = [...BODIES, ...(route.many ? [] : ['[]'])].filter(
      (body) => !mayBeNone || !/^(null)?$/.test(body),
    );
    await Promise.all(
      bodies.map(async (body) => {
        const request = { method: route.method, headers: JSON_TYPE, body };
        const { status, json, text } = await admin(`/rest/v1${await route.open()}`, request);
        expect.soft(status, `${body}: ${text}`).toBe(400);
        expect.soft(json, body).toMatchObject({ errorCode: expect.any(String), message: expect.any(String) });
      }),
    );
  },
);

describe.each(LISTS)('%s %s', (method, path) => {
  test.each<[string, unknown, RegExp]>([
    ['an object', { a: 1 }, /./],
    ['a text', 'x', /./],
    ['null in it', ['known', null], /1: must be/],
    ['an object in it', ['known', {}], /1: must be/],
    ['a list in it', ['known', ['x']], /1: must be/],
    ['an empty list', [], /./],
  ])('with %s', async (_, json, message) => {
    const ids = /tags/.test(path) ? await create(path.split('/{')[0]!, { name: nameOf() }) : 'known';
    const isOfIds = /actions|distributionsettags/.test(path);
    const body = isOfIds && Array.isArray(json) ? json.map((one) => (one === 'known' ? 1 : one)) : json;
    const filled = path.replace(/\{\w+\}/, String(ids));
    const answer = await admin(`/rest/v1${filled}${/groups\/ass/.test(path) ? '?group=g' : ''}`, {
      method,
      json: body,
    });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json).toMatchObject({
      errorCode: expect.any(String),
      message: expect.stringMatching(message),
    });
  });
});

test('a setting of a wrong type is refused by its name, alone and among others', async () => {
  const before = (await admin('/rest/v1/system/configs')).json;
  for (const key of Object.keys(before))
    for (const value of [null, {}, [], ['x'], { value: 'x' }, '\u0000', 'x'.repeat(100_000)]) {
      const alone = { method: 'PUT', json: { value } };
      const together = { method: 'PUT', json: { pollingTime: '00:00:31', [key]: value } };
      for (const answer of [
        await admin(`/rest/v1/system/configs/${key}`, alone),
        await admin('/rest/v1/system/configs', together),
      ]) {
        expect(answer, `${key} ${JSON.stringify(value)?.slice(0, 20)}`).toMatchObject({ status: 400 });
        expect(answer.json.message).toContain(`${key}: `);
      }
    }
  expect((await admin('/rest/v1/system/configs')).json).toEqual(before);
});

test('there is no path with a body that is not looked at here', () => {
  const documented = readFileSync(new URL('../../../docs/compatibility.md', import.meta.url), 'utf8');
  const known = new Set([
    ...ROUTES.map(({ method, path }) => `${method} ${path}`),
    ...LISTS.map(([method, path]) => `${method} ${path}`),
    ...OTHERS,
  ]);
  const rows = [...documented.matchAll(/^\| `\/rest\/v1(\S+)` \| ([A-Z ]+) \|/gm)];
  const missing = rows.flatMap(([, path, methods]) =>
    ['POST', 'PUT']
      .filter((method) => methods!.split(' ').includes(method))
      .map((method) => `${method} ${path}`)
      .filter((route) => !known.has(route)),
  );
  expect(rows.length).toBeGreaterThan(80);
  expect(missing).toEqual([]);
});
