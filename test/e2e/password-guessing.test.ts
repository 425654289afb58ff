import { once } from 'node:events';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { basic, createServedTenant, type ServedTenant, startTestServer } from '../support/server.ts';
import { socketUrlOf } from '../support/socket.ts';

const server = await startTestServer({ MUSTER_TRUSTED_PROXIES: 'loopback' });
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});

let tenant: ServedTenant;
beforeEach(async () => {
  tenant = await createServedTenant(server);
});

/** Each test comes from addresses of its own. */
let addresses = 0;
const newAddress = () => `198.51.100.${++addresses}`;

interface Refused {
  status: number;
  retryAfter: string | null;
}
const answer = ({ status, headers }: Response): Refused => ({
  status,
  retryAfter: headers.get('retry-after'),
});

type Door = (authorization: string, address: string) => Promise<Refused>;
const get =
  (path: string): Door =>
  async (authorization, address) =>
    answer(await fetch(server.url + path, { headers: { authorization, 'x-forwarded-for': address } }));
const post =
  (path: string, body: (authorization: string) => object): Door =>
  async (authorization, address) => {
    const headers = { authorization, 'content-type': 'application/json', 'x-forwarded-for': address };
    return answer(
      await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body(authorization)) }),
    );
  };

function loginOf(authorization: string) {
  const [, username, password] = /^([^:]*):(.*)$/.exec(atob(authorization.slice(6)))!;
  return { username, password };
}

/** A door for WebSockets closes with a code: 4401 for a refusal, 1013 for a request to come again. */
const socket: Door = async (authorization, address) => {
  const client = new WebSocket(socketUrlOf(server), 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': address },
  });
  client.on('open', () =>
    client.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
  );
  const [code] = await Promise.race([once(client, 'close'), once(client, 'message').then(() => [200])]);
  client.terminate();
  const statuses: Record<number, number> = { 4401: 401, 1013: 429 };
  return { status: statuses[code] ?? code, retryAfter: code === 1013 ? '1' : null };
};

const DOORS: [name: string, door: Door][] = [
  ['REST', get('/rest/v1/userinfo')],
  ['exports', get('/exports')],
  ['imports', get('/imports/1')],
  ['GraphQL', post('/graphql', () => ({ query: '{ __typename }' }))],
  ['sessions', post('/graphql/session', loginOf)],
  ['WebSockets', socket],
];

describe.each(DOORS)('guessing by %s', (_name, door) => {
  it('has to wait after five wrong passwords, and shuts nobody else out', async () => {
    const [attacker, colleague] = [newAddress(), newAddress()];
    const account = `${tenant.name}\\boss`;
    const right = basic(account, 'a-quiet-secret');
    for (let n = 0; n < 5; n++) expect((await door(basic(account, `wrong ${n}`), attacker)).status).toBe(401);
    expect(await door(basic(account, 'wrong'), attacker)).toEqual({ status: 429, retryAfter: '1' });
    expect((await door(right, colleague)).status, 'from elsewhere').not.toBe(429);
    expect((await door(right, attacker)).status, 'who is known by the very credentials').not.toBe(429);
  });
});

it('lets many wrong passwords hold up nobody who comes from elsewhere', async () => {
  const [attacker, colleague] = [newAddress(), newAddress()];
  const ask = get('/rest/v1/userinfo');
  const guesses = Array.from({ length: 200 }, (_, n) =>
    ask(basic(`${tenant.name}\\user-${n}`, 'wrong'), attacker),
  );
  const signedIn = await ask(basic(`${tenant.name}\\boss`, 'a-quiet-secret'), colleague);
  expect(signedIn.status).toBe(200);
  const answers = await Promise.all(guesses);
  const statuses = answers.map(({ status }) => status);
  expect(statuses).toContain(429);
  // 503 where passwords are hashed so slowly that too many wait.
  expect(statuses.filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
  for (const { status, retryAfter } of answers)
    if (status !== 401) expect(Number(retryAfter)).toBeGreaterThan(0);
});
