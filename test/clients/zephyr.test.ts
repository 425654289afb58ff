import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOf, startOwnServer, type TestServer } from '../support/server.ts';
import { deploy } from '../support/software.ts';
import { openWire, type Wire } from './wire.ts';

/*
 * What Zephyr's client sends, line by line, on one connection. It polls `/default/…`, takes of a deployment the link
 * `download-http` alone, wants `/DEFAULT/controller/v1` in it, takes of other links what stands behind the device's name,
 * and reads answers of no more than these lengths.
 */

const MOST = { deploymentBase: 49, download: 199 };

let server: TestServer;
let wire: Wire;
let tenant: Parameters<typeof deploy>[0];
beforeAll(async () => {
  server = await startOwnServer();
  const authorization = `Basic ${btoa('admin:admin')}`;
  tenant = { name: 'DEFAULT', authorization, admin: clientOf(server, authorization) };
  wire = await openWire(server);
});
afterAll(async () => {
  wire?.close();
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
type Json = any;

async function newBoard(controllerId: string, proxy: string[]) {
  const securityToken = 'token-of-zephyr';
  await tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId, securityToken }] });
  const base = `/default/controller/v1/${controllerId}`;
  const common = [`Host: ${wire.host}`, ...proxy, `Authorization: TargetToken ${securityToken}`];

  const fetch = async (path: string) => {
    const { status, body } = await wire.ask({ lines: [`GET ${path} HTTP/1.1`, ...common] });
    expect(status).toBe(200);
    return body;
  };
  const send = async (method: string, path: string, json: object) => {
    const body = JSON.stringify(json);
    const type = 'Content-Type: application/json;charset=UTF-8';
    const lines = [`${method} ${base}/${path} HTTP/1.1`, ...common, type, `Content-Length: ${body.length}`];
    expect((await wire.ask({ lines, body })).status).toBe(200);
  };
  return {
    poll: async (): Promise<Json> => JSON.parse((await fetch(base)).toString()),
    get: async (path: string): Promise<Json> => JSON.parse((await fetch(`${base}/${path}`)).toString()),
    fetch,
    put: (path: string, json: object) => send('PUT', path, json),
    post: (path: string, json: object) => send('POST', path, json),
  };
}

const content = Buffer.from('an image');
const file = { filename: 'zephyr.signed.bin', content };
const status = { execution: 'closed', result: { finished: 'success' } };

it.each([
  ['http', []],
  ['https, which a trusted proxy ends', ['X-Forwarded-Proto: https']],
])("Zephyr's client takes an update by %s", async (way, proxy) => {
  const id = `board-${way.slice(0, 5)}`;
  const board = await newBoard(id, proxy);
  const update = await deploy(tenant, id, file, { type: 'forced' });
  const first = await board.poll();
  expect(first.config.polling.sleep).toMatch(/^\d\d:\d\d:\d\d$/);
  expect(first._links.configData.href).toContain('configData');
  await board.put('configData', {
    mode: 'merge',
    data: { VIN: id, hwRevision: '3' },
    id: '',
    time: '',
    status,
  });

  const place: string = /deploymentBase\/.*/.exec(first._links.deploymentBase.href)![0];
  expect(place.length).toBeLessThanOrEqual(MOST.deploymentBase);
  const { id: actionId, deployment } = await board.get(place);
  const [artifact] = deployment.chunks[0].artifacts;
  expect(artifact.hashes.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  const download: string = /\/DEFAULT\/controller\/v1.*/.exec(artifact._links['download-http'].href)![0];
  expect(download.length).toBeLessThanOrEqual(MOST.download);
  expect(artifact._links['download-http'].href).toMatch(/^https/.test(way) ? /^https:/ : /^http:/);
  expect(await board.fetch(download)).toEqual(content);

  // After its restart it is offered the same once more, and tells that it runs.
  await board.poll();
  await board.post(`deploymentBase/${actionId}/feedback`, { id: `${actionId}`, status });
  expect(await update.state()).toEqual({ action: 'finished', target: 'in_sync', installed: update.setId });
  expect(Object.keys((await board.poll())._links ?? {})).not.toContain('deploymentBase');
});

it("Zephyr's client stops what is cancelled", async () => {
  const board = await newBoard('board-cancelled', []);
  const update = await deploy(tenant, 'board-cancelled', file);
  await update.cancel();
  const { _links: links } = await board.poll();
  const place = /cancelAction\/.*/.exec(links.cancelAction.href)![0];
  await board.post(`${place}/feedback`, { id: place.split('/')[1], time: '', status });
  expect(await update.state()).toMatchObject({ action: 'canceled' });
});
