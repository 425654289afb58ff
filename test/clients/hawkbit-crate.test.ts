import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';
import { deploy } from '../support/software.ts';
import { execute } from './programs.ts';

const program = fileURLToPath(new URL('rust/target/debug/device', import.meta.url));
const isBuilt = existsSync(program);
if (!isBuilt)
  console.log('Left out, as test/clients/rust is not built by Cargo: a device on the crate hawkbit.');

describe.runIf(isBuilt)('a device on the crate hawkbit', () => {
  const file = { filename: 'update.bin', content: Buffer.from('content') };
  let server: TestServer;
  let tenant: ServedTenant;
  let folder: string;
  beforeAll(async () => {
    server = await startTestServer();
    tenant = await createServedTenant(server);
    folder = await mkdtemp(join(tmpdir(), 'muster-crate-'));
  });
  afterAll(async () => {
    await server?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
    expect(server?.errors).toEqual([]);
  });

  async function newTarget(controllerId: string) {
    const target = { controllerId, securityToken: 'token-of-the-crate' };
    await tenant.admin('/rest/v1/targets', { method: 'POST', json: [target] });
    const run = async () =>
      (await execute(program, [server.url, tenant.name, controllerId, target.securityToken, folder])).stdout;
    return { controllerId, run };
  }

  it('identifies itself, downloads an update, checks it and tells that it is installed', async () => {
    const { controllerId, run } = await newTarget('device-1');
    const update = await deploy(tenant, controllerId, file);
    const [, downloaded] = /^downloaded (.*)$/m.exec(await run())!;
    expect(await readFile(downloaded!, 'utf8')).toBe('content');
    expect(await update.state()).toEqual({ action: 'finished', target: 'in_sync', installed: update.setId });
    expect(await update.messages()).toEqual(expect.arrayContaining(['downloading', 'installed']));
    const { json: attributes } = await tenant.admin(`/rest/v1/targets/${controllerId}/attributes`);
    expect(attributes).toEqual({ client: 'crate hawkbit' });
  });

  it('stops what is cancelled', async () => {
    const { controllerId, run } = await newTarget('device-2');
    const update = await deploy(tenant, controllerId, file);
    await update.cancel();
    expect(await run()).toContain('stopped');
    expect(await update.state()).toMatchObject({ action: 'canceled', installed: undefined });
  });

  it('confirms what waits for it', async () => {
    const configs = '/rest/v1/system/configs/user.confirmation.flow.enabled';
    await tenant.admin(configs, { method: 'PUT', json: { value: true } });
    const { controllerId, run } = await newTarget('device-3');
    const update = await deploy(tenant, controllerId, file);
    expect((await update.state()).action).toBe('wait_for_confirmation');
    expect(await run()).toMatch(/^confirmed\n.*downloaded/s);
    expect(await update.state()).toMatchObject({ action: 'finished', target: 'in_sync' });
  });
});
