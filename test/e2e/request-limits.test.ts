import { afterAll, expect, it } from 'vitest';
import { clientOf, createServedTenant, startTestServer } from '../support/server.ts';

const server = await startTestServer({ MUSTER_CREDENTIAL_REQUESTS: '1', MUSTER_TRUSTED_PROXIES: 'loopback' });
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});

it('answers 429 at all doors beyond the limit of a credential, and devices as ever', async () => {
  const { admin, name, authorization } = await createServedTenant(server);
  const made = await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'd', name: 'd' }] });
  const { securityToken } = made.json[0];
  let last = made;
  for (let n = 0; n < 20 && last.status !== 429; n++) last = await admin('/rest/v1/userinfo');
  expect(last.status).toBe(429);
  const doors = [
    admin('/rest/v1/targets'),
    admin('/exports'),
    admin('/imports'),
    admin('/graphql', { method: 'POST', json: { query: '{ viewer { username } }' } }),
    admin('/graphql?query={viewer{username}}'),
  ];
  for (const answer of await Promise.all(doors)) {
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    if (answer.json?.errors) expect(answer.json.errors[0].extensions.code).toBe('TOO_MANY_REQUESTS');
  }
  expect((await clientOf(server, authorization)('/health/ready')).status).toBe(200);
  const device = clientOf(server, `TargetToken ${securityToken}`);
  for (let n = 0; n < 30; n++) expect((await device(`/${name}/controller/v1/d`)).status).toBe(200);
});

it('holds up an address with a thousand wrong tokens of devices, but no device that is signed in', async () => {
  const { admin, name } = await createServedTenant(server);
  const made = await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'd', name: 'd' }] });
  const ask = async (id: string, token: string, address = '198.51.100.9') => {
    const { status, headers } = await fetch(`${server.url}/${name}/controller/v1/${id}`, {
      headers: { authorization: `TargetToken ${token}`, 'x-forwarded-for': address },
    });
    return { status, retryAfter: headers.get('retry-after') };
  };
  const { securityToken } = made.json[0];
  expect((await ask('d', securityToken)).status).toBe(200);
  let held: Awaited<ReturnType<typeof ask>> | undefined;
  for (let round = 0; round < 60 && !held; round++) {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(`x${n}`, 'wrong')));
    held = answers.find(({ status }) => status === 429);
  }
  expect(held).toEqual({ status: 429, retryAfter: '1' });
  expect((await ask('d', securityToken)).status, 'remembered').toBe(200);
  expect((await ask('x', 'wrong', '198.51.100.10')).status, 'from elsewhere').toBe(401);
});
