import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import {
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
} from '../support/server.ts';

const server = await startTestServer({ LOG_LEVEL: 'debug', MUSTER_SLOW_STATEMENT: '1' });
afterAll(() => server.stop());

type Line = Record<string, unknown>;
const logged = (message: string) =>
  server.errors.map((line): Line => JSON.parse(line)).filter(({ msg }) => msg === message);
const device = clientOf(server);

async function begin() {
  const tenant = await createServedTenant(server);
  const made = await tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'd' }] });
  const { securityToken } = made.json[0];
  const root = `/${tenant.name}/controller/v1/d`;
  return { tenant, root, signedIn: { authorization: `TargetToken ${securityToken}` }, securityToken };
}

async function eventsOf({ admin }: ServedTenant, requestId: string): Promise<string[]> {
  const { auditEvents } = await graphql(
    admin,
    'query ($filter: String) { auditEvents(filter: $filter) { nodes { type requestId } } }',
    { filter: `requestId==${requestId}` },
  );
  return auditEvents.nodes.map(({ type }: { type: string }) => type);
}

describe('the id of a request', () => {
  it('is the given one, in the answer and in the audit trail, at every door', async () => {
    const { tenant, root, signedIn } = await begin();
    const { admin } = tenant;
    const doors: Record<string, (headers: Record<string, string>) => Promise<{ headers: Headers }>> = {
      TARGET_CREATED: (headers) =>
        admin('/rest/v1/targets', { method: 'POST', headers, json: [{ controllerId: 'by-rest' }] }),
      TARGET_TAG_CREATED: (headers) =>
        admin('/graphql', {
          method: 'POST',
          headers,
          json: {
            query:
              'mutation { createTargetTags(input: { targetTags: [{ name: "t" }] }) { userErrors { code } } }',
          },
        }),
      TARGET_IMPORTED: (headers) =>
        admin('/imports', {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/x-ndjson' },
          body: '{"controllerId":"by-import"}',
        }),
      TARGET_ATTRIBUTES_REPORTED: (headers) =>
        device(`${root}/configData`, {
          method: 'PUT',
          headers: { ...headers, ...signedIn },
          json: { mode: 'merge', data: { a: 'b' } },
        }),
    };
    for (const [type, call] of Object.entries(doors)) {
      const id = `from-${randomUUID()}`;
      const { headers } = await call({ 'x-request-id': id });
      expect([type, headers.get('x-request-id')]).toEqual([type, id]);
      const types = await eventsOf(tenant, id);
      expect(types.length, type).toBeGreaterThan(0);
    }
  });

  it('is a new one where none is given, or one that is not to be shown', async () => {
    for (const given of [undefined, 'with space', 'x'.repeat(129), '<b>']) {
      const { headers } = await device(
        '/rest/v1/targets',
        given ? { headers: { 'x-request-id': given } } : {},
      );
      expect(headers.get('x-request-id')).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
    }
  });

  it('is given back to a poll that brings one, and costs others nothing', async () => {
    const { root, signedIn } = await begin();
    expect((await device(root, { headers: signedIn })).headers.get('x-request-id')).toBeNull();
    const { headers } = await device(root, { headers: { ...signedIn, 'x-request-id': 'a-poll' } });
    expect(headers.get('x-request-id')).toBe('a-poll');
  });
});

describe('the log', () => {
  it('has a record for each request, at debug', async () => {
    const { root, signedIn } = await begin();
    const id = randomUUID();
    const headers = { ...signedIn, 'x-request-id': id };
    await device(`${root}?a=secret`, { headers });
    await expect.poll(() => logged('a request').filter(({ requestId }) => requestId === id)).toHaveLength(1);
    const [line] = logged('a request').filter(({ requestId }) => requestId === id);
    expect(line).toMatchObject({ method: 'GET', path: root, status: 200, address: '127.0.0.1' });
    expect(line!['ms']).toBeTypeOf('number');
  });

  it('has a refused sign-in, and a slow statement without its values', async () => {
    const { tenant } = await begin();
    const before = logged('a sign-in was refused').length;
    await device('/rest/v1/targets', { headers: { authorization: 'Bearer nonsense' } });
    expect(logged('a sign-in was refused').slice(before)).toMatchObject([
      { code: 'UNAUTHENTICATED', channel: 'MANAGEMENT_API', address: '127.0.0.1' },
    ]);
    await device('/rest/v1/targets', { headers: { authorization: 'Bearer nonsense' } });
    expect(logged('a sign-in was refused')).toHaveLength(before + 1);
    await tenant.admin('/rest/v1/targets?q=name==needle*');
    const slow = logged('a slow statement');
    expect(slow.length).toBeGreaterThan(0);
    expect(JSON.stringify(slow)).not.toContain('needle');
  });

  it('has no secret, whatever door it comes by', async () => {
    const { tenant, root, securityToken } = await begin();
    const { admin } = tenant;
    const [, basic] = /^Basic (.*)$/.exec(tenant.authorization ?? '') ?? [];
    const made = await graphql(
      admin,
      `mutation {
        generateGatewayToken(input: {}) { token }
        createApiKey(input: { name: "k", grants: [{ permission: READ_TARGET }] }) { key }
        createWebhook(input: { name: "w", url: "https://example.org/hook" }) { secret }
        createImportUpload(input: { format: NDJSON }) { upload { url } }
        createEnrollmentGroup(input: { name: "g" }) { token }
      }`,
    );
    const upload = made.createImportUpload.upload.url as string;
    const secrets = [
      securityToken,
      made.generateGatewayToken.token,
      made.createApiKey.key,
      made.createWebhook.secret,
      made.createEnrollmentGroup.token,
      upload.split('/').at(-1),
      basic,
    ].filter((secret): secret is string => typeof secret === 'string');
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    for (const secret of secrets) {
      await device(`${root}?token=${encodeURIComponent(secret)}`, {
        headers: { authorization: `TargetToken ${secret}` },
      });
      await device('/rest/v1/targets', { headers: { authorization: `Bearer ${secret}` } });
      await device('/graphql', {
        method: 'POST',
        headers: { authorization: `Basic ${secret}` },
        json: { query: `{ targets(filter: "name==${secret}") { totalCount } }` },
      });
      await device(`/uploads/${secret}`, { method: 'PUT', body: 'x' });
      await device(`/uploads/imports/${secret}`, { method: 'PUT', body: '{}' });
    }
    const all = server.errors.join('\n');
    for (const secret of secrets) expect(all.includes(secret), secret).toBe(false);
  });
});
