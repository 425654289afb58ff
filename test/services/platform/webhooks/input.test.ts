import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { openSender } from '../../../../src/services/platform/outgoing/send.ts';
import { newSigningSecret } from '../../../../src/services/platform/outgoing/sign.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const MESSAGE = { id: '1', contentType: 'application/json', body: '{}' };

const { platform, close } = await openTestPlatform();
afterAll(close);

const strict = async () => {
  const context = (await newTenant(platform)).contextOf();
  return { ...context, systemDefaults: { ...context.systemDefaults, privateWebhooks: false } };
};

describe('a URL', () => {
  it.each([
    ['http://example.org/hook', 'must be an https URL'],
    ['ftp://example.org', 'must be an https URL'],
    ['nothing', 'must be an https URL'],
    ['https://me:secret@example.org', 'must hold no user name and no password'],
    ...[
      'https://localhost/',
      'https://localhost./',
      'https://inner.localhost/',
      'https://127.0.0.1/',
      'https://0x7f.1/',
      'https://2130706433/',
      'https://10.1.2.3/',
      'https://172.16.0.1/',
      'https://192.168.0.1:8443/',
      'https://169.254.169.254/latest',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
      'https://[::1]/',
      'https://[::]/',
      'https://[fe80::1]/',
      'https://[fd00::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::127.0.0.1]/',
      'https://[::a00:1]/',
      'https://[64:ff9b::7f00:1]/',
      'https://[64:ff9b:1::a00:1]/',
      'https://[2002:7f00:1::]/',
      'https://[2001::1]/',
      'https://[fec0::1]/',
      'https://[ff02::1]/',
      'https://[4000::1]/',
    ].map((url) => [url, 'must not lead to a loopback, link-local or private address']),
  ])('%s is refused: %s', async (url, rule) => {
    await expect(createWebhook(await strict(), { name: 'w', url: url! })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: `url: ${rule}`,
      details: { path: ['url'] },
    });
  });

  it('of a public name is taken', async () => {
    const { webhook, secret } = await createWebhook(await strict(), {
      name: 'w',
      url: 'https://example.org/h',
    });
    expect(webhook).toMatchObject({ url: 'https://example.org/h', active: true, eventTypes: null });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  });
});

describe('a forbidden address', () => {
  it.each([
    ['by its number', 'https://127.0.0.1:PORT/', undefined],
    ['by a name that resolves to it', 'https://innocent.example:PORT/', '127.0.0.1'],
    ['by a name that resolves to it in IPv6', 'https://innocent.example:PORT/', '::ffff:127.0.0.1'],
    ['by an IPv6 address that holds it', 'https://[::127.0.0.1]:PORT/', undefined],
    [
      'by a name that resolves to an IPv6 address that holds it',
      'https://innocent.example:PORT/',
      '::7f00:1',
    ],
  ])('is not even connected to, %s', async (_how, url, resolved) => {
    let connections = 0;
    const server = createServer().on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const sender = openSender({
      allowPrivate: false,
      clock: () => new Date(),
      connection: {
        lookup: (_name, options, answer) => {
          const address = { address: resolved ?? '', family: resolved?.includes(':') ? 6 : 4 };
          if (options.all) answer(null, [address]);
          else answer(null, address.address, address.family);
        },
      },
    });
    const to = {
      url: url.replace('PORT', String((server.address() as AddressInfo).port)),
      secret: newSigningSecret(),
    };
    const outcome = await sender.send(to, MESSAGE);
    expect(outcome.status).toBeNull();
    expect(outcome.error).toMatch(/does not lead to a public address/);
    expect(connections).toBe(0);
    expect((await sender.send({ ...to, url: to.url.replace('https', 'http') }, MESSAGE)).error).toBe(
      'is no https URL',
    );
    sender.close();
    server.close();
  });
});

it('waits for no receiver for ever', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sender = openSender({ allowPrivate: true, clock: () => new Date(), patienceMs: 100 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await sender.send({ url, secret: newSigningSecret() }, MESSAGE)).toEqual({
    status: null,
    error: 'no answer within 0.1 s',
  });
  sender.close();
  server.closeAllConnections();
  server.close();
});

it.each([
  [{ name: 'w', eventTypes: ['target*x'] }, ['eventTypes', '0']],
  [{ name: 'w', eventTypes: [''] }, ['eventTypes', '0']],
  [{ name: 'w', eventTypes: ['target.created', 'target.craeted'] }, ['eventTypes', '1']],
  [{ name: 'w', eventTypes: ['taregt.*'] }, ['eventTypes', '0']],
  [{ name: 'w', eventTypes: [] }, ['eventTypes']],
  [{ name: '' }, ['name']],
])('refuses %j', async (input, path) => {
  await expect(createWebhook(await strict(), { url: 'https://example.org', ...input })).rejects.toMatchObject(
    { code: 'INVALID_INPUT', details: { path } },
  );
});

it('needs a name of its own and the permissions; there are twenty of a tenant at the most', async () => {
  const tenant = await newTenant(platform);
  const input = (name: string) => ({ name, url: 'https://example.org' });
  for (let n = 0; n < 20; n++) await createWebhook(tenant.contextOf(), input(`w${n}`));
  await expect(createWebhook(tenant.contextOf(), input('w20'))).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
  });
  const together = await newTenant(platform);
  const tried = Array.from({ length: 25 }, (_, n) => createWebhook(together.contextOf(), input(`w${n}`)));
  const made = (await Promise.allSettled(tried)).filter(({ status }) => status === 'fulfilled');
  expect(made, 'also when made at the same time').toHaveLength(20);
  const other = await newTenant(platform);
  await createWebhook(other.contextOf(), input('w'));
  await expect(createWebhook(other.contextOf(), input('w'))).rejects.toMatchObject({
    code: 'WEBHOOK_ALREADY_EXISTS',
    details: { path: ['name'] },
  });
  for (const lacking of ['CREATE_TENANT_CONFIGURATION', 'READ_AUDIT'])
    await expect(
      createWebhook(other.contextOf(PERMISSIONS.filter((one) => one !== lacking)), input('x')),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
