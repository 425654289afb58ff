import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openPool } from '../../src/database/connect.ts';
import { testConnection } from '../support/database.ts';
import { createServedTenant, graphql, type ServedTenant, startTestServer } from '../support/server.ts';
import { openSocketClient } from '../support/socket.ts';

const server = await startTestServer();
const other = await startTestServer();
afterAll(async () => {
  await server.stop();
  await other.stop();
  expect(server.errors.concat(other.errors)).toEqual([]);
});

let tenant: ServedTenant;
beforeEach(async () => {
  tenant = await createServedTenant(server);
});

const session = (method: string, body?: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/graphql/session`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
  });
const account = (password = 'a-quiet-secret') =>
  JSON.stringify({ username: `${tenant.name}\\boss`, password });
async function signIn(): Promise<string> {
  const response = await session('POST', account());
  expect(response.status).toBe(200);
  return response.headers.get('set-cookie')!.split(';', 1)[0]!;
}
const ask = (cookie: string, path = '/graphql', { url } = server) =>
  fetch(url + path, {
    method: path === '/graphql' ? 'POST' : 'GET',
    headers: { cookie, 'content-type': 'application/json' },
    ...(path === '/graphql' && { body: '{"query": "{ viewer { username } }"}' }),
  });

describe('a session', () => {
  it('begins with a cookie that scripts cannot read and other sites cannot send', async () => {
    const response = await session('POST', account());
    expect(response.headers.get('set-cookie')).toMatch(
      /^muster_session=\d+\.\d+\.\w{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    const left = Date.parse(((await response.json()) as { expiresAt: string }).expiresAt) - Date.now();
    expect(left / 3_600_000).toBeCloseTo(12, 1);
  });

  it('signs in to GraphQL, and to nothing of the Management API but downloads', async () => {
    const cookie = `theme=dark; ${await signIn()}; x=y`;
    const answer = await ask(cookie);
    expect(await answer.json()).toMatchObject({ data: { viewer: { username: 'boss' } } });
    expect((await ask(cookie, '/rest/v1/targets')).status).toBe(401);
  });

  it('signs in by its cookie only: no header carries it to any door', async () => {
    const [, token] = (await signIn()).split('=');
    for (const path of ['/graphql?query={__typename}', '/rest/v1/targets', '/exports', '/imports/1'])
      for (const authorization of [`Session ${token}`, `Bearer ${token}`]) {
        const headers = { authorization, 'apollo-require-preflight': '1' };
        expect((await fetch(server.url + path, { headers })).status, path).toBe(401);
      }
  });

  it('is kept by no cache', async () => {
    const answers = [
      await session('POST', account()),
      await session('POST', account('wrong')),
      await session('DELETE'),
    ];
    for (const { headers } of answers) expect(headers.get('cache-control')).toContain('no-store');
  });

  it('is one of a hundred of its account: another ends the oldest', async () => {
    const first = await signIn();
    const { client: sql, close } = openPool(testConnection(), { connections: 1, prepare: false });
    const [tenantId, id] = first.split('=')[1]!.split('.');
    await sql`
      /* of a test */ INSERT INTO sessions (tenant_id, user_id, digest, expires_at)
      SELECT tenant_id, user_id, digest, expires_at FROM sessions, generate_series(1, 98)
      WHERE tenant_id = ${tenantId!} AND id = ${id!}`;
    await close();
    const last = await signIn();
    expect((await ask(first)).status).toBe(200);
    await signIn();
    expect((await ask(first)).status).toBe(401);
    expect((await ask(last)).status).toBe(200);
  });

  it('signs subscriptions in, which end with it', async () => {
    const cookie = await signIn();
    let close: (code: number) => void;
    const closed = new Promise<number>((resolve) => {
      close = resolve;
    });
    const client = openSocketClient(server, {
      headers: { cookie },
      on: { closed: (event) => close((event as { code: number }).code) },
    });
    const events = client.iterate({ query: 'subscription { targetEvents { type } }' });
    const { value } = await events.next();
    expect(value).toEqual({ data: { targetEvents: { type: 'RESYNC' } } });
    await session('DELETE', undefined, { cookie });
    expect(await closed).toBe(4401);
    await events.return?.(undefined);
  });

  it('ends at once in every process when its user leaves, who can do so twice', async () => {
    const cookie = await signIn();
    const another = await signIn();
    expect((await ask(cookie, '/graphql', other)).status).toBe(200);
    const left = await session('DELETE', undefined, { cookie });
    expect([left.status, left.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringContaining('muster_session=; Path=/; Expires=Thu, 01 Jan 1970'),
    ]);
    expect((await ask(cookie)).status).toBe(401);
    await expect.poll(async () => (await ask(cookie, '/graphql', other)).status).toBe(401);
    expect((await session('DELETE', undefined, { cookie })).status).toBe(204);
    expect((await ask(another)).status, 'another session').toBe(200);
  });

  it('ends with another password, and after its time', async () => {
    const cookie = await signIn();
    await graphql(
      tenant.admin,
      'mutation ($id: ID!) { updateUser(input: {id: $id, password: "another-secret"}) { userErrors { message } } }',
      { id: (await graphql(tenant.admin, '{ viewer { user { id } } }')).viewer.user.id },
    );
    expect((await ask(cookie)).status).toBe(401);

    const response = await session('POST', account('another-secret'));
    const old = response.headers.get('set-cookie')!.split(';', 1)[0]!;
    const [tenantId, id] = old.split('=')[1]!.split('.');
    const { client: sql, close } = openPool(testConnection(), { connections: 1, prepare: false });
    await sql`UPDATE sessions SET expires_at = now() WHERE tenant_id = ${tenantId!} AND id = ${id!}`;
    await close();
    expect((await ask(old)).status).toBe(401);
  });

  it.each([
    ['a wrong password', () => session('POST', account('wrong')), 401],
    ['a form of another site', () => session('POST', account(), { 'content-type': 'text/plain' }), 415],
    ['no password', () => session('POST', '{"username": "x"}'), 400],
    ['no JSON', () => session('POST', '{'), 400],
    ['far too much', () => session('POST', JSON.stringify({ username: 'x'.repeat(5000) })), 413],
    ['another method', () => session('GET'), 405],
  ])('does not begin by %s', async (_, send, status) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('www-authenticate'), 'no dialog of the browser').toBeNull();
  });

  it.each(['muster_session=', 'muster_session=1.1.x', `muster_session=1.1.${'x'.repeat(43)}`])(
    'is not %s',
    async (cookie) => expect((await ask(cookie)).status).toBe(401),
  );

  it('leaves a trace in the audit trail', async () => {
    const cookie = await signIn();
    await session('DELETE', undefined, { cookie });
    const { auditEvents } = await graphql(tenant.admin, '{ auditEvents(first: 2) { nodes { type actor } } }');
    expect(auditEvents.nodes.map(({ type }: { type: string }) => type)).toEqual([
      'SESSION_ENDED',
      'SESSION_BEGUN',
    ]);
  });
});
