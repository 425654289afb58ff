import { decode } from 'cbor-x';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../../support/server.ts';
import { type Deployed, openWorkshop, PROCEEDING, SUCCESS } from './support.ts';

const server = await startTestServer();
afterAll(() => server.stop());
const workshop = await openWorkshop(server);
afterEach(() => expect(server.errors).toEqual([]));
const { admin, tenant } = workshop;

let device: Deployed;
beforeEach(async () => {
  device = await workshop.deploy({ 'a.bin': 'x' });
});
const urlOf = ({ controllerId }: Deployed) => `${server.url}/${tenant}/controller/v1/${controllerId}`;
const base = (query = '') => device.ask(`/deploymentBase/${device.actionId}${query}`);
const links = async () => (await device.ask('')).json._links;
const post = (json?: unknown) => ({ method: 'POST', json });
const configure = (key: string, value: unknown) =>
  admin(`/rest/v1/system/configs/${key}`, { method: 'PUT', json: { value } });

describe('deploymentBase', () => {
  it('is linked from the root, and tells of modules, files and what the device is to know', async () => {
    for (const [key, targetVisible] of [
      ['told', true],
      ['kept', false],
    ])
      await admin(
        `/rest/v1/softwaremodules/${device.moduleId}/metadata`,
        post([{ key, value: 'v', targetVisible }]),
      );
    const { href } = (await links()).deploymentBase;
    expect(href).toMatch(new RegExp(`^${urlOf(device)}/deploymentBase/${device.actionId}\\?c=\\d+$`));
    const { json } = await device.ask(href.slice(urlOf(device).length));
    const own = `${urlOf(device)}/softwaremodules/${device.moduleId}/artifacts/a.bin`;
    expect(json).toEqual({
      id: String(device.actionId),
      deployment: {
        download: 'forced',
        update: 'forced',
        chunks: [
          {
            part: 'bApp',
            name: device.controllerId,
            version: '1',
            artifacts: [
              {
                filename: 'a.bin',
                hashes: expect.anything(),
                size: 1,
                _links: { 'download-http': { href: own }, 'md5sum-http': { href: `${own}.MD5SUM` } },
              },
            ],
            metadata: [{ key: 'told', value: 'v' }],
          },
        ],
      },
    });
  });

  it.each([
    ['with the whole day', '23:59:59', 'forced', 'available'],
    ['not today', '00:00:01', 'skip', 'unavailable'],
  ])('says whether its window is open: %s', async (_, duration, update, maintenanceWindow) => {
    const year = new Date().getUTCFullYear() + (duration === '00:00:01' ? 1 : 0);
    const schedule = duration === '00:00:01' ? `0 0 0 1 1 ? ${year}` : '0 0 0/12 * * ?';
    device = await workshop.deploy({}, { maintenanceWindow: { schedule, duration, timezone: '+00:00' } });
    expect((await base()).json.deployment).toMatchObject({ download: 'forced', update, maintenanceWindow });
  });

  it('brings as much of the history as is asked for, the newest first, and nothing of the server', async () => {
    await device.report({ ...PROCEEDING, details: ['one', 'two'] });
    await device.report({ ...PROCEEDING, code: 5 });
    const history = async (query: string) => (await base(query)).json.actionHistory;
    expect(await history('')).toBeUndefined();
    expect(await history('?actionHistory=0')).toBeUndefined();
    expect((await history('?actionHistory=2')).messages).toEqual(['Device reported status code: 5', 'one']);
    expect(await history('?actionHistory=-1')).toEqual({
      status: 'RETRIEVED',
      messages: [
        'Device reported status code: 5',
        'one',
        'two',
        expect.stringMatching(/^Assignment initiated by user '.*boss'$/),
      ],
    });
  });

  it('is noted as fetched once, and again after the device has reported', async () => {
    for (let time = 0; time < 3; time++) await base();
    await device.report(PROCEEDING);
    for (let time = 0; time < 3; time++) await base();
    expect(await device.entries()).toEqual(['running', 'retrieved', 'running', 'retrieved']);
  });

  it('is the same when the update is over, and the one that is installed', async () => {
    const { text } = await base();
    await device.report(SUCCESS);
    expect(await base()).toMatchObject({ status: 200, text });
    const { installedBase, ...others } = await links();
    expect(Object.keys(others)).toEqual(['configData']);
    expect((await device.ask(installedBase.href.slice(urlOf(device).length))).text).toBe(text);
    expect(await device.entries()).toEqual(['running', 'retrieved', 'finished']);
  });

  it('comes in CBOR where the device asks for that, its links as lists', async () => {
    const answer = await fetch(`${urlOf(device)}/deploymentBase/${device.actionId}`, {
      headers: { authorization: 'TargetToken secret', accept: 'application/cbor' },
    });
    expect(answer.headers.get('content-type')).toBe('application/cbor');
    const { deployment } = decode(Buffer.from(await answer.arrayBuffer()));
    expect(deployment.chunks[0].artifacts[0].links).toMatchObject([
      { rel: 'download-http' },
      { rel: 'md5sum-http' },
    ]);
  });

  it('is not sent to those who have it', async () => {
    const etag = (await base()).headers.get('etag')!;
    const again = await device.ask(`/deploymentBase/${device.actionId}`, {
      headers: { 'if-none-match': etag },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('feedback', () => {
  it('of what is over is 410, without a word', async () => {
    await device.report(SUCCESS);
    for (const execution of ['closed', 'proceeding', 'nosuch']) {
      const { status, text } = await device.report({ ...SUCCESS, execution });
      expect([execution, status, text !== '']).toEqual(
        execution === 'nosuch' ? [execution, 400, true] : [execution, 410, false],
      );
    }
  });

  it('of too many words is 429', async () => {
    const { status, json } = await device.report({ ...PROCEEDING, details: Array(51).fill('x') });
    expect([status, json.errorCode]).toEqual([429, 'hawkbit.server.error.quota.tooManyEntries']);
    expect((await device.report({ ...PROCEEDING, details: Array(50).fill('x') })).status).toBe(200);
  });

  it("about another's action, or one that nobody has, is 404", async () => {
    const other = await workshop.deploy();
    for (const id of [other.actionId, 1e15])
      for (const place of ['deploymentBase', 'cancelAction', 'confirmationBase'])
        expect(
          (await device.ask(`/${place}/${id}/feedback`, post({ status: SUCCESS, confirmation: 'confirmed' })))
            .status,
        ).toBe(404);
    expect(await other.entries()).toEqual(['running']);
  });
});

describe('cancelAction', () => {
  const cancel = () =>
    admin(`/rest/v1/targets/${device.controllerId}/actions/${device.actionId}`, { method: 'DELETE' });
  const get = () => device.ask(`/cancelAction/${device.actionId}`);

  it('is there while the update is to stop, and when it has', async () => {
    expect((await get()).status).toBe(404);
    expect((await device.report(SUCCESS, 'cancelAction')).status).toBe(405);
    await cancel();
    const id = String(device.actionId);
    expect(Object.keys(await links())).toEqual(['cancelAction', 'configData']);
    for (let time = 0; time < 2; time++)
      expect((await get()).json).toEqual({ id, cancelAction: { stopId: id } });
    expect(await device.entries()).toEqual(['running', 'canceling', 'retrieved']);
    for (let time = 0; time < 2; time++)
      expect((await device.report(SUCCESS, 'cancelAction')).status).toBe(200);
    expect((await get()).status).toBe(200);
    expect((await device.ask(`/installedBase/${id}`)).status).toBe(404);
    expect(await device.entries()).toEqual(['running', 'canceling', 'retrieved', 'canceled']);
  });
});

describe('confirmationBase', () => {
  const say = (confirmation: unknown) =>
    device.ask(`/confirmationBase/${device.actionId}/feedback`, post({ confirmation, details: ['said'] }));
  beforeEach(async () => {
    await configure('user.confirmation.flow.enabled', true);
    device = await workshop.deploy();
  });

  it('asks before there is anything to install', async () => {
    expect(Object.keys(await links())).toEqual(['confirmationBase', 'configData']);
    const [waiting, deployment] = [
      await device.ask(`/confirmationBase/${device.actionId}?c=1`),
      await base(),
    ];
    expect([waiting.status, Object.keys(waiting.json)]).toEqual([200, ['id', 'confirmation']]);
    expect([deployment.status, (await device.report(PROCEEDING)).status]).toEqual([404, 404]);
    expect((await say('denied')).status).toBe(200);
    expect((await say('confirmed')).status).toBe(200);
    expect(Object.keys(await links())).toEqual(['deploymentBase', 'configData']);
    expect((await say('confirmed')).status).toBe(404);
    await device.report(SUCCESS);
    for (const late of ['confirmed', 'denied']) expect((await say(late)).status).toBe(410);
    expect(await device.entries()).toEqual([
      ...['wait_for_confirmation', 'wait_for_confirmation', 'running', 'finished'],
    ]);
  });

  it('asks again after the device, or an operator, has taken its consent back', async () => {
    const path = `/rest/v1/targets/${device.controllerId}/actions/${device.actionId}/confirmation`;
    const deny = () =>
      admin(path, { method: 'PUT', json: { confirmation: 'denied', code: 3, details: 'no' } });
    for (const takeBack of [() => say('denied'), deny]) {
      expect((await say('confirmed')).status).toBe(200);
      expect(Object.keys(await links())).toEqual(['deploymentBase', 'configData']);
      expect((await takeBack()).status).toBeLessThan(300);
      expect(Object.keys(await links())).toEqual(['confirmationBase', 'configData']);
      expect((await base()).status).toBe(404);
    }
  });

  it.each([['CONFIRMED'], [undefined], [1], [{}]])('takes no %j', async (word) => {
    expect((await say(word)).status).toBe(400);
  });

  it('is asked no more once the device confirms of itself', async () => {
    const auto = (what: string, init = {}) =>
      device.ask(`/confirmationBase/${what}AutoConfirm`, { method: 'POST', ...init });
    expect((await auto('activate')).status).toBe(200);
    expect((await auto('activate', { json: { initiator: 'me' } })).status).toBe(409);
    expect(Object.keys(await links())).toEqual(['deploymentBase', 'configData']);
    expect((await device.ask('/confirmationBase')).json).toMatchObject({
      autoConfirm: { active: true },
      _links: { deactivateAutoConfirm: {} },
    });
    for (let time = 0; time < 2; time++) expect((await auto('deactivate')).status).toBe(200);
    expect((await device.ask('/confirmationBase')).json.autoConfirm).toEqual({
      active: false,
      activatedAt: 0,
    });
    expect((await auto('activate', { json: [] })).status).toBe(400);
    expect((await auto('activate', { json: { initiator: 'x'.repeat(10_000) } })).status).toBe(400);
  });
});

describe('installedBase', () => {
  it('takes what the device has already', async () => {
    const tell = (json: unknown) => device.ask('/installedBase', { method: 'PUT', json });
    const known = { name: device.controllerId, version: '1' };
    for (const status of [201, 200]) expect((await tell(known)).status).toBe(status);
    expect((await tell({ name: 'nosuch', version: '\0' })).status).toBe(404);
    for (const wrong of [{ name: 'x' }, { version: '1' }, {}, [], { name: {}, version: '1' }])
      expect((await tell(wrong)).status).toBe(400);
    const target = await admin(`/rest/v1/targets/${device.controllerId}`);
    expect(target.json).toMatchObject({ updateStatus: 'in_sync', installedAt: expect.any(Number) });
  });
});
