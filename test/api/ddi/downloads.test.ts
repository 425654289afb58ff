import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../../support/server.ts';
import { type Deployed, openWorkshop, PROCEEDING, SUCCESS } from './support.ts';

const server = await startTestServer();
afterAll(() => server.stop());
const workshop = await openWorkshop(server);
afterEach(() => expect(server.errors).toEqual([]));

const CONTENT = '0123456789';
const digest = (algorithm: string) => createHash(algorithm).update(CONTENT).digest('hex');
const SHA1 = digest('sha1');

let device: Deployed;
beforeEach(async () => {
  device = await workshop.deploy({ 'a b#ü%.bin': CONTENT });
});
const file = (by = device, name = 'a b#ü%.bin') =>
  `/softwaremodules/${by.moduleId}/artifacts/${encodeURIComponent(name)}`;
const cancel = (force = false) =>
  workshop.admin(
    `/rest/v1/targets/${device.controllerId}/actions/${device.actionId}${force ? '?force=true' : ''}`,
    { method: 'DELETE' },
  );

describe('a file', () => {
  it('comes whole by the link that the device is told, and that is noted', async () => {
    const { json } = await device.ask(`/deploymentBase/${device.actionId}`);
    const [artifact] = json.deployment.chunks[0].artifacts;
    expect(artifact.hashes).toEqual({ sha1: SHA1, md5: digest('md5'), sha256: digest('sha256') });
    const answer = await device.ask(
      new URL(artifact._links['download-http'].href).pathname.replace(/^.*?(?=\/soft)/, ''),
    );
    expect([answer.status, answer.text]).toEqual([200, CONTENT]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag: `"${SHA1}"`,
      'accept-ranges': 'bytes',
      'content-length': '10',
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="a b#?%.bin"; filename*=UTF-8''a%20b%23%C3%BC%25.bin`,
    });
    const sum = await device.ask(`${file()}.MD5SUM`);
    expect([sum.status, sum.text]).toEqual([200, `${digest('md5')}  a b#ü%.bin`]);
    expect(await device.entries()).toEqual(['running', 'retrieved', 'download']);
  });

  it('is noted by the path that the device asked for, long as it may be', async () => {
    const long = await workshop.deploy({ [`${'ü'.repeat(100)}.bin`]: CONTENT });
    for (const [by, name] of [
      [device, 'a b#ü%.bin'],
      [long, `${'ü'.repeat(100)}.bin`],
    ] as const) {
      expect((await by.ask(`${file(by, name)}?x=1`)).status).toBe(200);
      const history = `/rest/v1/targets/${by.controllerId}/actions/${by.actionId}/status?sort=id:DESC&limit=1`;
      const [{ type, messages }] = (await workshop.admin(history)).json.content;
      const path = `/${workshop.tenant}/controller/v1/${by.controllerId}${file(by, name)}`;
      expect([type, messages.join('')]).toEqual(['download', `Update Server: Target downloads ${path}`]);
      expect(Math.max(...messages.map(({ length }: string) => length))).toBeLessThanOrEqual(512);
    }
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['a range', { range: 'bytes=2-4' }, 206, '234'],
    ['from somewhere', { range: 'bytes=7-' }, 206, '789'],
    ['the last', { range: 'bytes=-2' }, 206, '89'],
    ['more than there is', { range: 'bytes=8-999999999999999999999999' }, 206, '89'],
    ['beyond the end', { range: 'bytes=10-' }, 416, ''],
    ['a reversed range', { range: 'bytes=4-2' }, 416, ''],
    ['no last bytes', { range: 'bytes=-0' }, 416, ''],
    ['another unit', { range: 'lines=1-2' }, 416, ''],
    ['a thousand ranges', { range: `bytes=${'0-0,'.repeat(1000)}0-0` }, 416, ''],
    ['no range', { range: 'bytes' }, 416, ''],
    ['a range of the same file', { range: 'bytes=2-4', 'if-range': `"${SHA1}"` }, 206, '234'],
    ['another file', { 'if-match': 'x' }, 412, ''],
    ['its quoted tag', { 'if-match': `"${SHA1}"` }, 412, ''],
    ['a range of another file', { range: 'bytes=2-4', 'if-match': 'x' }, 412, ''],
  ])('is not noted where the device asks for %s', async (_, headers, status, text) => {
    const answer = await device.ask(file(), { headers: { accept: '*/*', ...headers } });
    expect([answer.status, answer.text]).toEqual([status, text]);
    if (status === 416) expect(answer.headers.get('content-range')).toBe('bytes */10');
    expect(await device.entries()).toEqual(['running']);
  });

  it.each<[string, Record<string, string>]>([
    ['its bare digest', { 'if-match': SHA1 }],
    ['a tag it has', { 'if-none-match': `"${SHA1}"` }],
    ['a range of what was before', { range: 'bytes=2-4', 'if-range': '"old"' }],
    ['no type of ours', { accept: 'text/html' }],
  ])('comes whole for %s', async (_, headers) => {
    const answer = await device.ask(file(), { headers });
    expect([answer.status, answer.text]).toEqual([200, CONTENT]);
    expect(await device.entries()).toEqual(['running', 'download']);
  });

  it('comes in parts, each with its range', async () => {
    const { status, headers, text } = await device.ask(file(), { headers: { range: 'bytes=0-1,-1' } });
    expect(status).toBe(206);
    expect(headers.get('content-type')).toMatch(/^multipart\/byteranges; boundary=/);
    expect(Number(headers.get('content-length'))).toBe(text.length);
    expect(text).toMatch(/Content-Range: bytes 0-1\/10\r\n\r\n01\r\n[\s\S]*bytes 9-9\/10\r\n\r\n9\r\n/);
  });

  it('is told of by HEAD, and not noted', async () => {
    const { status, headers, text } = await device.ask(file(), { method: 'HEAD' });
    expect([status, headers.get('content-length'), text]).toEqual([200, '10', '']);
    expect(await device.entries()).toEqual(['running']);
  });

  it.each(['nosuch', 'a b#ü%.bin.MD5SUM.MD5SUM', '.MD5SUM', '..', 'x'.repeat(2_000)])(
    'that is called %j is not there',
    async (name) => {
      expect((await device.ask(file(device, name))).status).toBe(404);
    },
  );
});

describe('whose it is', () => {
  const statuses = async (by = device) => [
    (await by.ask(file(device))).status,
    (await by.ask(`${file(device)}.MD5SUM`)).status,
    (await by.ask(`/softwaremodules/${device.moduleId}/artifacts`)).status,
  ];

  it("the device's that is to have it, as long as it is", async () => {
    expect(await statuses()).toEqual([200, 200, 200]);
    expect(await statuses(await workshop.deploy()), 'another device').toEqual([404, 404, 404]);
    await device.report(PROCEEDING);
    expect(await statuses()).toEqual([200, 200, 200]);
    await device.report(SUCCESS);
    expect(await statuses(), 'it has it now').toEqual([404, 404, 200]);
  });

  it('not while it is to stop, but again when it goes on', async () => {
    await cancel();
    expect(await statuses()).toEqual([404, 404, 200]);
    expect((await device.ask(`/deploymentBase/${device.actionId}`)).status).toBe(404);
    await device.report({ execution: 'rejected', result: { finished: 'none' } }, 'cancelAction');
    expect(await statuses()).toEqual([200, 200, 200]);
    await cancel();
    await cancel(true);
    expect(await statuses()).toEqual([404, 404, 200]);
  });
});

it('goes on for others when one goes away in the middle', async () => {
  const large = await workshop.deploy({ 'large.bin': 'x'.repeat(900_000) });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const path = `/${workshop.tenant}/controller/v1/${large.controllerId}${file(large, 'large.bin')}`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: TargetToken secret\r\n\r\n`);
  await once(socket, 'data');
  socket.destroy();
  const { status, text } = await large.ask(file(large, 'large.bin'));
  expect([status, text.length]).toEqual([200, 900_000]);
});
