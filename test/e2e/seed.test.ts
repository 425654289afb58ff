import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { basic, type Client, clientOf, graphql, startOwnServer, type TestServer } from '../support/server.ts';

/*
 * The document "Device Provisioning", step by step, as someone new would try it: each request as it is written
 * there, each answer as it is promised there. Where its examples contradict each other, a given security token
 * is the one that is stored, `targetType` is the id of a type created before, fields that were set are shown,
 * and each credential is the one that the step before handed out.
 */

// As the document's section "Configuration Properties" has it.
const APPLICATION_PROPERTIES = `# Target Security Token (per-device)
hawkbit.server.ddi.security.authentication.targettoken.enabled=true

# Gateway Token (shared token)
hawkbit.server.ddi.security.authentication.gatewaytoken.enabled=true

# Anonymous downloads (not recommended for production)
hawkbit.server.ddi.security.authentication.anonymous.enabled=false
`;

const folder = mkdtempSync(join(tmpdir(), 'muster-seed-'));
let server: TestServer;
let admin: Client;
let device: Client;

beforeAll(async () => {
  const properties = join(folder, 'application.properties');
  writeFileSync(properties, APPLICATION_PROPERTIES);
  server = await startOwnServer({ MUSTER_CONFIG_FILE: properties });
  admin = clientOf(server, basic('admin', 'admin'));
  device = clientOf(server);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

const epochMs = expect.toSatisfy(
  (value) => Number.isInteger(value) && Math.abs(value - Date.now()) < 600_000,
);
const token = expect.stringMatching(/^.{32,}$/);

/** What a device is told that polls for the first time. */
const firstAnswer = (controllerId: string) => ({
  config: { polling: { sleep: '00:05:00' } },
  _links: { configData: { href: `${server.url}/DEFAULT/controller/v1/${controllerId}/configData` } },
});

describe('Provisioning and Registration via Management API', () => {
  let targetType: number;
  let securityToken: string;
  let configData: string;

  beforeAll(async () => {
    const { status, json } = await admin('/rest/v1/targettypes', {
      method: 'POST',
      json: [{ key: 'sensor', name: 'Sensor' }],
    });
    expect(status).toBe(201);
    targetType = json[0].id;
  });

  test('Provisioning: 201 with the target, its token and its links', async () => {
    const { status, json, headers } = await admin('/rest/v1/targets', {
      method: 'POST',
      json: [
        {
          controllerId: 'device-12345',
          name: 'Production Device 12345',
          description: 'Temperature sensor - Building A',
          address: 'https://192.168.1.100',
          securityToken: 'myCustomToken123456',
          requestAttributes: true,
          targetType,
        },
      ],
    });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toMatch(/^application\/(hal\+)?json/);
    securityToken = json[0].securityToken;
    const links = (name: string) => ({ href: `${server.url}/rest/v1/targets/device-12345${name}` });
    expect(json).toEqual([
      {
        createdBy: 'admin',
        createdAt: epochMs,
        lastModifiedBy: 'admin',
        lastModifiedAt: epochMs,
        controllerId: 'device-12345',
        name: 'Production Device 12345',
        description: 'Temperature sensor - Building A',
        updateStatus: 'registered',
        securityToken: 'myCustomToken123456',
        address: 'https://192.168.1.100',
        lastControllerRequestAt: 0,
        installedAt: 0,
        _links: {
          self: links(''),
          assignedDS: links('/assignedDS'),
          installedDS: links('/installedDS'),
          attributes: links('/attributes'),
          actions: links('/actions'),
        },
        // What was set, and what follows from it, stands beside what the document shows.
        requestAttributes: true,
        targetType,
        targetTypeName: 'Sensor',
        ipAddress: '192.168.1.100',
      },
    ]);
    expect(json[0].createdAt).toBe(json[0].lastModifiedAt);
  });

  test('without a security token one is made', async () => {
    const { json } = await admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'device-a' }, { controllerId: 'device-b' }],
    });
    expect(json).toMatchObject([{ securityToken: token }, { securityToken: token }]);
    expect(json[0].securityToken).not.toBe(json[1].securityToken);
    const poll = await device('/DEFAULT/controller/v1/device-a', {
      headers: { authorization: `TargetToken ${json[0].securityToken}` },
    });
    expect(poll.status).toBe(200);
  });

  test('Registration: the device signs in with the token and learns what to do', async () => {
    const { status, json } = await device('/DEFAULT/controller/v1/device-12345', {
      headers: { authorization: `TargetToken ${securityToken}` },
    });
    expect(status).toBe(200);
    expect(json).toEqual(firstAnswer('device-12345'));
    configData = json._links.configData.href;

    const target = await admin('/rest/v1/targets/device-12345');
    expect(target.json).toMatchObject({ updateStatus: 'registered', lastControllerRequestAt: epochMs });
  });

  test('another token is refused', async () => {
    for (const authorization of ['TargetToken mySecureToken987654321', 'TargetToken ', 'Bearer x', ''])
      expect(
        await device('/DEFAULT/controller/v1/device-12345', { headers: { authorization } }),
      ).toMatchObject({ status: 401, text: '' });
  });

  test('Add Device Attributes: merge, and the link is followed', async () => {
    const { status, text } = await device(configData, {
      method: 'PUT',
      headers: { authorization: `TargetToken ${securityToken}` },
      json: { mode: 'merge', data: { hwRevision: '2', VIN: 'JH4TB2H26CC000000' } },
    });
    expect([status, text]).toEqual([200, '']);
    const attributes = await admin('/rest/v1/targets/device-12345/attributes');
    expect(attributes.json).toEqual({ hwRevision: '2', VIN: 'JH4TB2H26CC000000' });

    const poll = await device('/DEFAULT/controller/v1/device-12345', {
      headers: { authorization: `TargetToken ${securityToken}` },
    });
    expect(poll.json, 'no more attributes are asked for').toEqual({
      config: { polling: { sleep: '00:05:00' } },
    });
  });

  test.each([
    ['merge', { hwRevision: '3', os: 'x' }, { hwRevision: '3', os: 'x', VIN: 'JH4TB2H26CC000000' }],
    ['remove', { os: '', VIN: 'ignored' }, { hwRevision: '3' }],
    ['replace', { VIN: 'new' }, { VIN: 'new' }],
  ])('mode %s', async (mode, data, after) => {
    const { status } = await device(configData, {
      method: 'PUT',
      headers: { authorization: `TargetToken ${securityToken}` },
      json: { mode, data },
    });
    expect(status).toBe(200);
    expect((await admin('/rest/v1/targets/device-12345/attributes')).json).toEqual(after);
  });

  test('the same by GraphQL', async () => {
    const { createTargets } = await graphql(
      admin,
      `mutation ($input: CreateTargetsInput!) {
        createTargets(input: $input) {
          targets {
            controllerId name description address securityToken requestAttributes updateStatus
            createdBy createdAt lastModifiedBy lastModifiedAt lastControllerRequestAt installedAt overdue
            targetType { id name }
          }
          userErrors { code message path }
        }
      }`,
      {
        input: {
          targets: [
            {
              controllerId: 'device-67890',
              name: 'Production Device 67890',
              description: 'Temperature sensor - Building A',
              address: 'https://192.168.1.101',
              securityToken: 'myCustomToken67890',
              requestAttributes: true,
              targetTypeId: idOf('TargetType', targetType),
            },
          ],
        },
      },
    );
    const now = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(createTargets).toEqual({
      targets: [
        {
          controllerId: 'device-67890',
          name: 'Production Device 67890',
          description: 'Temperature sensor - Building A',
          address: 'https://192.168.1.101',
          securityToken: 'myCustomToken67890',
          requestAttributes: true,
          updateStatus: 'REGISTERED',
          createdBy: 'admin',
          createdAt: now,
          lastModifiedBy: 'admin',
          lastModifiedAt: now,
          lastControllerRequestAt: null,
          installedAt: null,
          overdue: false,
          targetType: { id: idOf('TargetType', targetType), name: 'Sensor' },
        },
      ],
      userErrors: [],
    });

    const authorization = 'TargetToken myCustomToken67890';
    const poll = await device('/DEFAULT/controller/v1/device-67890', { headers: { authorization } });
    expect([poll.status, poll.json]).toEqual([200, firstAnswer('device-67890')]);
    await device(poll.json._links.configData.href, {
      method: 'PUT',
      headers: { authorization },
      json: { mode: 'merge', data: { hwRevision: '2' } },
    });
    const { target } = await graphql(
      admin,
      `{ target: targetByControllerId(controllerId: "device-67890") {
        requestAttributes lastControllerRequestAt attributes { key value }
      } }`,
    );
    expect(target).toEqual({
      requestAttributes: false,
      lastControllerRequestAt: now,
      attributes: [{ key: 'hwRevision', value: '2' }],
    });
  });
});

describe('Direct Registration via Direct Device Integration API', () => {
  const KEY = '/rest/v1/system/configs/authentication.gatewaytoken.key';
  const ENABLED = '/rest/v1/system/configs/authentication.gatewaytoken.enabled';
  let gatewayToken: string;

  const put = async (path: string, value: unknown) => {
    const { status } = await admin(path, { method: 'PUT', json: { value } });
    expect(status).toBeLessThan(300);
  };
  const poll = (controllerId: string, key = gatewayToken) =>
    device(`/DEFAULT/controller/v1/${controllerId}`, { headers: { authorization: `GatewayToken ${key}` } });

  test('the system-wide switch is on, as application.properties says', async () => {
    expect((await admin(ENABLED)).json).toMatchObject({ value: true, global: true });
  });

  test('before a token is set none is right', async () => {
    expect((await admin(KEY)).json).toMatchObject({ value: '', global: true });
    for (const authorization of ['GatewayToken ', 'GatewayToken', 'GatewayToken undefined'])
      expect(await device('/DEFAULT/controller/v1/device-0', { headers: { authorization } })).toMatchObject({
        status: 401,
      });
  });

  test('Enable Gateway Token Authentication: the tenant switch and the token', async () => {
    await put(ENABLED, true);
    await put(KEY, '3nkswAZhX81oDtktq0FF9Pn0Tc0UGXPW');
  });

  test('Retrieve Gateway Token: every field of the documented answer', async () => {
    const { status, json } = await admin(KEY);
    expect(status).toBe(200);
    expect(json).toEqual({
      value: '3nkswAZhX81oDtktq0FF9Pn0Tc0UGXPW',
      global: false,
      lastModifiedAt: epochMs,
      lastModifiedBy: 'admin',
      createdAt: epochMs,
      createdBy: 'admin',
      _links: { self: { href: `${server.url}${KEY}` } },
    });
    gatewayToken = json.value;
  });

  test('Device Auto-Registration on First Poll', async () => {
    const { status, json } = await poll('device-abc-001');
    expect([status, json]).toEqual([200, firstAnswer('device-abc-001')]);

    const target = await admin('/rest/v1/targets/device-abc-001');
    expect(target.json).toMatchObject({
      controllerId: 'device-abc-001',
      name: 'device-abc-001',
      updateStatus: 'registered',
      createdBy: 'system',
      lastModifiedBy: 'system',
      securityToken: token,
      lastControllerRequestAt: epochMs,
      requestAttributes: true,
    });
    const own = await device('/DEFAULT/controller/v1/device-abc-001', {
      headers: { authorization: `TargetToken ${target.json.securityToken}` },
    });
    expect(own.status, "the target's own token is good, too").toBe(200);
  });

  test('a wrong gateway token registers nothing', async () => {
    expect(await poll('device-abc-002', 'mySecureToken987654321')).toMatchObject({ status: 401 });
    expect(await admin('/rest/v1/targets/device-abc-002')).toMatchObject({ status: 404 });
  });

  test('Add Device Attributes', async () => {
    const data = {
      hw_revision: '1.2',
      os_version: 'Linux 5.10.0',
      serial_number: 'SN123456789',
      mac_address: '00:1A:2B:3C:4D:5E',
    };
    const { status, text } = await device('/DEFAULT/controller/v1/device-abc-001/configData', {
      method: 'PUT',
      headers: { authorization: `GatewayToken ${gatewayToken}` },
      json: { mode: 'merge', data },
    });
    expect([status, text]).toEqual([200, '']);
    expect((await admin('/rest/v1/targets/device-abc-001/attributes')).json).toEqual(data);
  });

  test('auto-registration can be switched off: unknown devices are refused, known ones are not', async () => {
    await put('/rest/v1/system/configs/autoregistration.enabled', false);
    expect(await poll('device-abc-003')).toMatchObject({ status: 401, text: '' });
    expect(await admin('/rest/v1/targets/device-abc-003')).toMatchObject({ status: 404 });
    expect(await poll('device-abc-001')).toMatchObject({ status: 200 });

    await put('/rest/v1/system/configs/autoregistration.enabled', true);
    expect(await poll('device-abc-003')).toMatchObject({ status: 200 });
  });

  test('the same by GraphQL: generateGatewayToken makes a token, and the one before stops working', async () => {
    const { generateGatewayToken: made } = await graphql(
      admin,
      'mutation { generateGatewayToken(input: {}) { token userErrors { code } } }',
    );
    expect(made).toEqual({ token, userErrors: [] });
    expect((await admin(KEY)).json.value).toBe(made.token);
    expect(await poll('device-abc-001')).toMatchObject({ status: 401 });
    expect(await poll('device-abc-004', made.token)).toMatchObject({ status: 200 });
    const { target } = await graphql(
      admin,
      '{ target: targetByControllerId(controllerId: "device-abc-004") { createdBy updateStatus securityToken } }',
    );
    expect(target).toEqual({ createdBy: 'system', updateStatus: 'REGISTERED', securityToken: token });
    gatewayToken = made.token;
  });

  test('the tenant switch off: the gateway token is refused', async () => {
    await put(ENABLED, false);
    expect(await poll('device-abc-001')).toMatchObject({ status: 401 });
  });
});

test('no request made the server log an error', () => {
  expect(server.errors).toEqual([]);
});
