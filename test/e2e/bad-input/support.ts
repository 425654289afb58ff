import { connect } from 'node:net';
import { afterAll, afterEach, expect, vi } from 'vitest';
import { type Answer, clientOf, createServedTenant, startTestServer } from '../../support/server.ts';

/* Whatever comes in: at each door it is refused in words that name the field or the rule, and nothing of it stays. */

export const BODY_LIMIT = 4 << 20;
export const TOKEN = 'token-of-the-known-device-0123456789';

/** A server for all tests of a file, and a tenant of their own with one device. */
export async function serveTenant() {
  vi.setConfig({ testTimeout: 60_000 });
  const server = await startTestServer({
    MUSTER_BODY_LIMIT: String(BODY_LIMIT),
    MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true',
  });
  afterAll(() => server.stop());
  // Whatever nobody foresaw is logged: so nothing may be.
  afterEach(() => {
    expect(server.errors.splice(0)).toEqual([]);
  });

  const tenant = await createServedTenant(server);
  const { admin } = tenant;
  const device = clientOf(server, `TargetToken ${TOKEN}`);
  await admin('/rest/v1/targets', {
    method: 'POST',
    json: [{ controllerId: 'known', securityToken: TOKEN }],
  });

  return {
    server,
    tenant,
    admin,
    device,
    targetCount: async (): Promise<number> => (await admin('/rest/v1/targets?limit=1')).json.total,
    /** For the end of each file. */
    async expectServing(): Promise<void> {
      expect((await admin('/health/ready')).status).toBe(200);
      expect((await device(`/${tenant.name}/controller/v1/known`)).status).toBe(200);
      expect((await admin('/rest/v1/targets/known')).status).toBe(200);
    },
  };
}

export const NUL = '\u0000';
export const LONE = '\ud800';
export const JSON_TYPE = { 'content-type': 'application/json' };
export const CBOR_TYPE = { 'content-type': 'application/cbor' };
export const nested = (depth: number, core = '') => '['.repeat(depth) + core + ']'.repeat(depth);

/** Sends bytes that no proper client would. The answer's status. */
export function sendRaw(url: string, bytes: string | Buffer): Promise<number> {
  const { hostname, port } = new URL(url);
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

export interface Refused {
  status: number;
  /** What the message must name. */
  names?: RegExp;
}

export function expectRefused(answer: Answer, { status, names }: Refused): void {
  expect(answer, answer.text).toMatchObject({ status });
  if (names) expect(answer.text).toMatch(names);
}
