import { hash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { tenantConfiguration } from '../../../../src/database/tables/tenants.ts';
import type { Permission } from '../../../../src/services/access/grants.ts';
import { CONFIGURATION_KEYS } from '../../../../src/services/platform/tenants/configuration-keys.ts';
import { generateGatewayToken } from '../../../../src/services/platform/tenants/generate-gateway-token.ts';
import {
  findConfiguration,
  listConfiguration,
} from '../../../../src/services/platform/tenants/get-configuration.ts';
import { resetConfiguration } from '../../../../src/services/platform/tenants/reset-configuration.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../../support/platform.ts';

let opened: TestPlatform;
beforeAll(async () => {
  opened = await openTestPlatform();
});
afterAll(() => opened.close());

const tenant = () => newTenant(opened.platform);
const at = (context: Context, iso: string): Context => ({ ...context, clock: () => new Date(iso) });
const settingsOf = async ({ tenants, caller }: Context) => (await tenants.byId(caller.tenantId)).settings;

describe('reading', () => {
  it('lists every key, inherited from the system', async () => {
    const entries = await listConfiguration((await tenant()).contextOf());
    expect(entries.map(({ key }) => key)).toEqual(Object.keys(CONFIGURATION_KEYS));
    expect(entries).toContainEqual({
      key: 'pollingTime',
      value: '00:05:00',
      origin: 'default',
      inherited: '00:05:00',
    });
    expect(entries).toContainEqual({
      key: 'authentication.targettoken.enabled',
      value: true,
      origin: 'default',
      inherited: true,
    });
    expect(entries).toContainEqual({
      key: 'authentication.gatewaytoken.enabled',
      value: false,
      origin: 'default',
      inherited: false,
    });
    expect(entries).toContainEqual({
      key: 'authentication.gatewaytoken.key',
      value: '',
      origin: 'default',
      inherited: '',
    });
  });

  it('says what the operator gave, and what a reset gives', async () => {
    const context = (await tenant()).contextOf();
    const operated: Context = {
      ...context,
      systemDefaults: {
        ...context.systemDefaults,
        gatewayTokenEnabled: true,
        given: { targetTokenEnabled: false, gatewayTokenEnabled: true },
      },
    };
    const key = 'authentication.gatewaytoken.enabled';
    expect(await findConfiguration(operated, key)).toMatchObject({ value: true, origin: 'environment' });
    expect(await findConfiguration(operated, 'authentication.targettoken.enabled')).toMatchObject({
      origin: 'default',
    });
    await setConfiguration(operated, { [key]: false });
    expect(await findConfiguration(operated, key)).toMatchObject({
      value: false,
      origin: 'tenant',
      inherited: true,
    });
  });

  it('says who set a key when, and keeps who did so first', async () => {
    const { contextOf } = await tenant();
    const key = 'pollingOverdueTime';
    await setConfiguration(at(contextOf(undefined, [], 'anna'), '2024-01-01T00:00:00Z'), {
      [key]: '00:07:00',
    });
    const [entry] = await setConfiguration(at(contextOf(undefined, [], 'bert'), '2024-02-01T00:00:00Z'), {
      [key]: '00:07:00',
    });
    expect(entry).toEqual({
      key,
      value: '00:07:00',
      origin: 'tenant',
      inherited: '00:05:00',
      createdAt: new Date('2024-01-01T00:00:00Z'),
      createdBy: 'anna',
      lastModifiedAt: new Date('2024-02-01T00:00:00Z'),
      lastModifiedBy: 'bert',
    });
    expect(await findConfiguration(contextOf(), key)).toEqual(entry);
    expect(await listConfiguration(contextOf())).toContainEqual(entry);
  });

  test.each(['no.such.key', 'constructor', '__proto__', '', '\0'])('%j is no key', async (key) => {
    await expect(findConfiguration((await tenant()).contextOf(), key)).rejects.toMatchObject({
      code: 'CONFIGURATION_KEY_UNKNOWN',
    });
  });

  it('hides the gateway token from whoever may not read it', async () => {
    const { contextOf } = await tenant();
    const key = 'authentication.gatewaytoken.key';
    await setConfiguration(contextOf(), { [key]: 'a-quiet-secret' });
    const blind = contextOf(['READ_TENANT_CONFIGURATION', 'UPDATE_TENANT_CONFIGURATION']);
    const absent = { key, value: '', origin: 'default', inherited: '' };
    expect(await findConfiguration(blind, key)).toStrictEqual(absent);
    expect(await listConfiguration(blind)).toContainEqual(absent);
    // Nor may they choose another: they would know it.
    await expect(setConfiguration(blind, { pollingTime: '00:10:00', [key]: 'other' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await findConfiguration(contextOf(), key)).toMatchObject({
      value: 'a-quiet-secret',
      origin: 'tenant',
    });
    expect(await findConfiguration(blind, 'pollingTime')).toMatchObject({ origin: 'default' });
  });

  it('shows a tenant nothing of another', async () => {
    const [one, other] = [await tenant(), await tenant()];
    await setConfiguration(one.contextOf(), { pollingTime: '00:10:00' });
    expect(await findConfiguration(other.contextOf(), 'pollingTime')).toMatchObject({ value: '00:05:00' });
    await resetConfiguration(other.contextOf(), ['pollingTime']);
    expect(await findConfiguration(one.contextOf(), 'pollingTime')).toMatchObject({ value: '00:10:00' });
  });
});

describe('setting', () => {
  it('sets several keys at once', async () => {
    const context = (await tenant()).contextOf();
    const set = await setConfiguration(context, {
      'rollout.approval.enabled': true,
      pollingOverdueTime: '00:06:00',
      maintenanceWindowPollCount: 9,
    });
    expect(set.map(({ key, value }) => [key, value])).toEqual([
      ['rollout.approval.enabled', true],
      ['pollingOverdueTime', '00:06:00'],
      ['maintenanceWindowPollCount', 9],
    ]);
    expect(await setConfiguration(context, {})).toEqual([]);
  });

  test.each([
    ['an unknown key', { 'no.such.key': 1 }, 'CONFIGURATION_KEY_UNKNOWN', 'no.such.key'],
    ['a wrong value', { pollingTime: 'abc' }, 'CONFIGURATION_VALUE_INVALID', 'pollingTime'],
    ['no value', { pollingTime: null }, 'MALFORMED_INPUT', 'pollingTime'],
    ['a filter of an unknown field', { pollingTime: '60,x==1->60' }, 'FILTER_FIELD_UNKNOWN', 'pollingTime'],
  ])('sets nothing with %s among the keys', async (_, wrong, code, path) => {
    const context = (await tenant()).contextOf();
    const setting = setConfiguration(context, { 'rollout.approval.enabled': true, ...wrong });
    await expect(setting).rejects.toMatchObject({ code, details: { path: [path] } });
    expect(await findConfiguration(context, 'rollout.approval.enabled')).toMatchObject({ origin: 'default' });
  });

  test.each([
    ['authentication.header.authority', 12, '12'],
    ['authentication.header.authority', true, 'true'],
    ['authentication.header.authority', '', ''],
    ['authentication.gatewaytoken.key', '1e3', '1e3'],
    ['authentication.gatewaytoken.key', '12345678901234567890', '12345678901234567890'],
    ['authentication.gatewaytoken.key', '"quoted"', '"quoted"'],
    ['authentication.gatewaytoken.key', 'null', 'null'],
    ['pollingTime', 300, '300'],
    ['pollingTime', 'PT2M30S', 'PT2M30S'],
    ['pollingOverdueTime', '25:00:00', '25:00:00'],
    ['action.cleanup.auto.expiry', 86_400_000, 86_400_000],
  ] as const)('stores %s as %j and shows %j', async (key, value, shown) => {
    const context = (await tenant()).contextOf();
    await setConfiguration(context, { [key]: value });
    expect(await findConfiguration(context, key)).toMatchObject({ value: shown, origin: 'tenant' });
  });

  it('takes effect at once, for devices too', async () => {
    const context = (await tenant()).contextOf();
    expect(await settingsOf(context)).toMatchObject({
      gatewayTokenDigest: undefined,
      polling: { seconds: 300 },
    });
    await setConfiguration(context, {
      'authentication.gatewaytoken.key': '1e3',
      pollingTime: '00:01:00~10%',
    });
    expect(await settingsOf(context)).toMatchObject({
      gatewayTokenDigest: hash('sha256', '1e3'),
      polling: { seconds: 60, deviation: 10 },
    });
    await resetConfiguration(context, ['pollingTime', 'authentication.gatewaytoken.key']);
    expect(await settingsOf(context)).toMatchObject({
      gatewayTokenDigest: undefined,
      polling: { seconds: 300 },
    });
  });
});

describe('resetting', () => {
  it('inherits again; what is not set or unknown is passed over', async () => {
    const context = (await tenant()).contextOf();
    await setConfiguration(context, { 'rollout.approval.enabled': true });
    const keys = ['rollout.approval.enabled', 'pollingTime', 'no.such.key', '\0'];
    expect(await resetConfiguration(context, keys)).toStrictEqual([
      { key: 'rollout.approval.enabled', value: false, origin: 'default', inherited: false },
      { key: 'pollingTime', value: '00:05:00', origin: 'default', inherited: '00:05:00' },
    ]);
    expect(await resetConfiguration(context, keys)).toHaveLength(2);
    expect(await resetConfiguration(context, [])).toEqual([]);
  });
});

describe('the gateway token', () => {
  it('is random unless given', async () => {
    const context = (await tenant()).contextOf();
    const first = await generateGatewayToken(context);
    const { token } = await generateGatewayToken(context, {});
    expect(token).toMatch(/^[A-Za-z0-9]{32,}$/);
    expect(token).not.toBe(first.token);
    expect(await findConfiguration(context, 'authentication.gatewaytoken.key')).toMatchObject({
      value: token,
      origin: 'tenant',
    });
    expect(await settingsOf(context)).toMatchObject({ gatewayTokenDigest: hash('sha256', token) });
    expect(await generateGatewayToken(context, { token: 'my own' })).toEqual({ token: 'my own' });
    expect(await settingsOf(context)).toMatchObject({ gatewayTokenDigest: hash('sha256', 'my own') });
  });

  test.each(['', 'x'.repeat(129), 'a\nb', 'a\tb', ' a', 'a ', 'ä', '\0', '\ud800', 5])(
    '%j is refused',
    async (token) => {
      const context = (await tenant()).contextOf();
      await expect(generateGatewayToken(context, { token: token as string })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { path: ['token'] },
      });
    },
  );
});

describe('permissions', () => {
  const without = (...missing: Permission[]) =>
    (
      [
        'CREATE_TENANT_CONFIGURATION',
        'READ_TENANT_CONFIGURATION',
        'UPDATE_TENANT_CONFIGURATION',
        'DELETE_TENANT_CONFIGURATION',
        'READ_GATEWAY_SECURITY_TOKEN',
      ] as const
    ).filter((one) => !missing.includes(one));

  const needs: [string, Permission, (context: Context) => Promise<unknown>][] = [
    ['listConfiguration', 'READ_TENANT_CONFIGURATION', (c) => listConfiguration(c)],
    ['findConfiguration', 'READ_TENANT_CONFIGURATION', (c) => findConfiguration(c, 'x')],
    ['setConfiguration', 'UPDATE_TENANT_CONFIGURATION', (c) => setConfiguration(c, { x: 1 })],
    ['resetConfiguration', 'DELETE_TENANT_CONFIGURATION', (c) => resetConfiguration(c, ['pollingTime'])],
    ['generateGatewayToken', 'UPDATE_TENANT_CONFIGURATION', (c) => generateGatewayToken(c)],
    ['generateGatewayToken', 'READ_GATEWAY_SECURITY_TOKEN', (c) => generateGatewayToken(c)],
  ];
  test.each(needs)('%s needs %s', async (_, permission, verb) => {
    const context = (await tenant()).contextOf(without(permission));
    await expect(verb(context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(
      await context.database.$count(
        tenantConfiguration,
        eq(tenantConfiguration.tenantId, context.caller.tenantId),
      ),
    ).toBe(1);
  });
});
