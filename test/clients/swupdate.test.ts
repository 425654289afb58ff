import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';
import { deploy } from '../support/software.ts';
import { haveAll, type Running } from './programs.ts';
import { makeImage, makeSigner, startDevice, wake } from './swupdate.ts';

const SLOW = { timeout: 40_000, interval: 1_000 };
vi.setConfig({ testTimeout: 90_000 });

describe.runIf(haveAll(['swupdate', 'cpio', 'openssl'], 'an update by swupdate'))('swupdate', () => {
  let server: TestServer;
  let tenant: ServedTenant;
  let folder: string;
  let device: Running | undefined;
  beforeAll(async () => {
    server = await startTestServer();
    tenant = await createServedTenant(server);
    folder = await mkdtemp(join(tmpdir(), 'muster-swupdate-'));
    await makeSigner(folder);
  });
  afterEach(async ({ task }) => {
    await device?.stop();
    if (task.result?.state === 'fail') console.log(device?.output());
  });
  afterAll(async () => {
    await server?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function newTarget(controllerId: string) {
    const target = { controllerId, securityToken: 'token-of-swupdate' };
    await tenant.admin('/rest/v1/targets', { method: 'POST', json: [target] });
    const { url } = server;
    return { folder, url, tenant: tenant.name, controllerId, credential: { token: target.securityToken } };
  }

  const waking =
    <T>(look: () => Promise<T>) =>
    async () => {
      await wake(folder);
      return look();
    };

  it('identifies itself, installs an update and tells after its restart that it works', async () => {
    const target = await newTarget('board-1');
    const place = join(folder, 'installed');
    const content = await makeImage(folder, place, `echo checked >> ${place}`);
    const update = await deploy(tenant, target.controllerId, { filename: 'image.swu', content });
    device = await startDevice(target);
    await expect.poll(waking(update.messages), SLOW).toContain('All Chunks Installed.');
    expect(await readFile(place, 'utf8')).toBe('new content\nchecked\n');
    expect(await update.state()).toMatchObject({ target: 'pending', installed: undefined });
    const { json: attributes } = await tenant.admin(`/rest/v1/targets/${target.controllerId}/attributes`);
    expect(attributes).toEqual({ client: 'swupdate' });

    await device.stop();
    device = await startDevice(target, 'success');
    const end = { action: 'finished', target: 'in_sync', installed: update.setId };
    await expect.poll(waking(update.state), SLOW).toEqual(end);
  });

  it('tells of an update whose script fails', async () => {
    const target = await newTarget('board-2');
    const content = await makeImage(folder, join(folder, 'broken'), 'exit 1');
    const update = await deploy(tenant, target.controllerId, { filename: 'image.swu', content });
    device = await startDevice(target);
    const end = { action: 'error', target: 'error', installed: undefined };
    await expect.poll(waking(update.state), SLOW).toEqual(end);
    expect(server.errors).toEqual([]);
  });
});
