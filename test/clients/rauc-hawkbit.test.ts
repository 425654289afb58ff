import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../support/folder.ts';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';
import { deploy } from '../support/software.ts';
import { execute } from './programs.ts';

/** A Python that has the packages of python/requirements.txt and aiohttp. */
const python = process.env['MUSTER_TEST_PYTHON'] ?? 'python3';
const hasClient = spawnSync(python, ['-c', 'import aiohttp, rauc_hawkbit.ddi.client']).status === 0;
if (!hasClient)
  console.log(
    'Left out, as Python has no rauc-hawkbit and aiohttp: a device on rauc-hawkbit. See MUSTER_TEST_PYTHON.',
  );

describe.runIf(hasClient)('a device on the Python client rauc-hawkbit', () => {
  const device = fileURLToPath(new URL('python/device.py', import.meta.url));
  const file = { filename: 'update.raucb', content: Buffer.from('content') };
  let server: TestServer;
  let tenant: ServedTenant;
  beforeAll(async () => {
    server = await startTestServer();
    tenant = await createServedTenant(server);
  });
  afterAll(async () => {
    await server?.stop();
    expect(server?.errors).toEqual([]);
  });

  async function newTarget(controllerId: string) {
    const securityToken = 'token-of-python';
    await tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId, securityToken }] });
    const folder = newFolder();
    await mkdir(folder);
    const place = join(folder, 'bundle');
    const { host } = new URL(server.url);
    const run = () => execute(python, [device, host, tenant.name, controllerId, securityToken, place]);
    return { controllerId, place, run };
  }

  it('identifies itself, downloads an update, checks it and tells that it is installed', async () => {
    const { controllerId, place, run } = await newTarget('device-1');
    const update = await deploy(tenant, controllerId, file);
    expect((await run()).stdout).toBe('installed\n');
    expect(await readFile(place, 'utf8')).toBe('content');
    expect(await update.state()).toEqual({ action: 'finished', target: 'in_sync', installed: update.setId });
    expect(await update.messages()).toEqual(expect.arrayContaining(['installing', 'installed']));
    const { json: attributes } = await tenant.admin(`/rest/v1/targets/${controllerId}/attributes`);
    expect(attributes).toEqual({ client: 'rauc-hawkbit' });
  });

  it('refuses a cancellation and goes on', async () => {
    const { controllerId, run } = await newTarget('device-2');
    const update = await deploy(tenant, controllerId, file);
    await update.cancel();
    expect((await run()).stdout).toBe('rejected\n');
    expect((await run()).stdout).toBe('installed\n');
    expect(await update.state()).toMatchObject({ action: 'finished', target: 'in_sync' });
  });
});
