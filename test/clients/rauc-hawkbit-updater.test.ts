import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';
import { deploy } from '../support/software.ts';
import { openWire, type Wire } from './wire.ts';

/*
 * What rauc-hawkbit-updater sends, line by line: it asks for and sends `application/json;charset=UTF-8`, follows the link
 * `download` and, where there is none, `download-http`, and goes on with a broken download by a range.
 */

const AGENT = 'User-Agent: rauc-hawkbit-updater/1.4';
const JSON_TYPE = 'application/json;charset=UTF-8';

let server: TestServer;
let tenant: ServedTenant;
let wire: Wire;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await createServedTenant(server);
  wire = await openWire(server);
});
afterEach(() => expect(server.errors).toEqual([]));
afterAll(async () => {
  wire?.close();
  await server?.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
type Json = any;

/** The updater on a device of its own; with `proxy` behind a proxy that ends TLS, whose lines come along. */
async function newUpdater(controllerId: string, proxy: string[] = []) {
  const securityToken = 'token-of-the-updater';
  await tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId, securityToken }] });
  const base = `/${tenant.name}/controller/v1/${controllerId}`;
  const common = [`Host: ${wire.host}`, AGENT, ...proxy];
  const authorization = `Authorization: TargetToken ${securityToken}`;
  const pathOf = (link: string) => new URL(link).pathname + new URL(link).search;
  const seconds = () =>
    new Date()
      .toISOString()
      .replace(/[-:]|\.\d+Z/g, '')
      .slice(0, 15);

  async function get(path: string): Promise<Json> {
    const lines = [`GET ${path} HTTP/1.1`, ...common, `Accept: ${JSON_TYPE}`, authorization];
    const { status, headers, body } = await wire.ask({ lines });
    expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: JSON_TYPE });
    return JSON.parse(body.toString());
  }

  async function send(method: string, path: string, json: object): Promise<void> {
    const body = JSON.stringify(json);
    const lines = [
      `${method} ${path} HTTP/1.1`,
      ...common,
      `Accept: ${JSON_TYPE}`,
      authorization,
      `Content-Type: ${JSON_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    // Another status than 200 counts as a failure, 204 too.
    expect((await wire.ask({ lines, body })).status).toBe(200);
  }

  const feedback = (path: string, id: string, detail: string, finished: string, execution: string) =>
    send('POST', `${base}/${path}/${id}/feedback`, {
      id,
      time: seconds(),
      status: { result: { finished }, execution, details: [detail] },
    });

  async function download(link: string, from = 0) {
    const range = from ? [`Range: bytes=${from}-`] : [];
    const accept = 'Accept: application/octet-stream';
    const lines = [`GET ${pathOf(link)} HTTP/1.1`, ...common, ...range, authorization, accept];
    return wire.ask({ lines });
  }

  return {
    poll: () => get(base),
    get: (link: string) => get(pathOf(link)),
    identify: (data: object) =>
      send('PUT', `${base}/configData`, {
        time: seconds(),
        status: { result: { finished: 'success' }, execution: 'closed' },
        data,
      }),
    feedback,
    download,
  };
}

const content = Buffer.from('a bundle');
const file = { filename: 'bundle.raucb', content };
const sha1 = createHash('sha1').update(content).digest('hex');

const BEHIND_TLS = ['X-Forwarded-Proto: https', 'X-Forwarded-For: 192.0.2.7'];

describe.each([
  ['http', []],
  ['https, which a trusted proxy ends', BEHIND_TLS],
])('rauc-hawkbit-updater by %s', (way, proxy) => {
  const idOf = (name: string) => `${name}-${proxy.length}`;

  it('takes an update, the rest of a broken download by a range', async () => {
    const id = idOf('board');
    const updater = await newUpdater(id, proxy);
    const update = await deploy(tenant, id, file);
    const first = await updater.poll();
    expect(first._links.configData.href).toMatch(way.startsWith('https') ? /^https:/ : /^http:/);
    await updater.identify({ hw: 'x' });
    const { id: actionId, deployment } = await updater.get(first._links.deploymentBase.href);
    expect(deployment).toMatchObject({ download: 'forced', update: 'forced' });
    const [artifact] = deployment.chunks[0].artifacts;
    expect(artifact).toMatchObject({ size: content.length, hashes: { sha1 } });
    const link = (artifact._links.download ?? artifact._links['download-http']).href;
    expect((await updater.download(link)).body).toEqual(content);
    const rest = await updater.download(link, 2);
    expect({ status: rest.status, body: rest.body.toString() }).toEqual({ status: 206, body: 'bundle' });
    // What is there already in whole is taken as success.
    expect((await updater.download(link, content.length)).status).toBe(416);
    for (const step of ['Download complete. 0.10 MB/s', 'File checksum OK.'])
      await updater.feedback('deploymentBase', actionId, step, 'none', 'proceeding');
    const end = 'Software bundle installed successfully.';
    await updater.feedback('deploymentBase', actionId, end, 'success', 'closed');
    expect(await update.state()).toEqual({ action: 'finished', target: 'in_sync', installed: update.setId });
    expect(await update.messages()).toContain(end);
  });

  it('tells that it could not install', async () => {
    const id = idOf('broken');
    const updater = await newUpdater(id, proxy);
    const update = await deploy(tenant, id, file);
    const { _links: links } = await updater.poll();
    const { id: actionId } = await updater.get(links.deploymentBase.href);
    const end = 'Failed to install software bundle.';
    await updater.feedback('deploymentBase', actionId, end, 'failure', 'closed');
    expect(await update.state()).toMatchObject({ action: 'error', target: 'error' });
  });

  it('stops what is cancelled', async () => {
    const id = idOf('cancelled');
    const updater = await newUpdater(id, proxy);
    const update = await deploy(tenant, id, file);
    await update.cancel();
    const { _links: links } = await updater.poll();
    const { cancelAction } = await updater.get(links.cancelAction.href);
    await updater.feedback('cancelAction', cancelAction.stopId, 'Action canceled.', 'success', 'closed');
    expect(await update.state()).toMatchObject({ action: 'canceled' });
  });

  it('refuses a cancellation once it installs, and goes on', async () => {
    const id = idOf('installing');
    const updater = await newUpdater(id, proxy);
    const update = await deploy(tenant, id, file);
    await update.cancel();
    const { _links: links } = await updater.poll();
    const { cancelAction } = await updater.get(links.cancelAction.href);
    const refusal = 'Cancelation impossible, installation started already.';
    await updater.feedback('cancelAction', cancelAction.stopId, refusal, 'success', 'rejected');
    await updater.feedback('deploymentBase', cancelAction.stopId, 'installed', 'success', 'closed');
    expect(await update.state()).toMatchObject({ action: 'finished', target: 'in_sync' });
  });
});
