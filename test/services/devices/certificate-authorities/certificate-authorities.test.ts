import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { deleteCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/delete.ts';
import { CERTIFICATE_AUTHORITY_ORDER } from '../../../../src/services/devices/certificate-authorities/fields.ts';
import { findCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/find.ts';
import { listCertificateAuthorities } from '../../../../src/services/devices/certificate-authorities/list.ts';
import { updateCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/update.ts';
import { certify, day, KeyUsageFlags, newAuthority } from '../../../support/certificates.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const open = async () => {
  const tenant = await newTenant(platform);
  return { tenant, context: tenant.contextOf() };
};
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const { cert: ROOT } = await newAuthority('Root');
const { cert: OTHER } = await newAuthority('Other');

describe('createCertificateAuthority', () => {
  it('keeps the certificate with what it says', async () => {
    const { context } = await open();
    const notAfter = new Date(Math.ceil(day(9).getTime() / 1000) * 1000);
    const { cert } = await newAuthority('x', {
      subject: 'O=Acme\\, Inc, CN=Plant 1',
      notAfter,
      pathLength: 0,
    });
    const authority = await createCertificateAuthority(context, {
      name: ' Plant 1 ',
      certificate: `${cert}\n`,
    });
    expect(authority).toEqual({
      id: expect.any(Number),
      name: 'Plant 1',
      certificate: new X509Certificate(cert).toString(),
      fingerprint: new X509Certificate(cert).fingerprint256,
      subject: 'O=Acme\\, Inc, CN=Plant 1',
      notBefore: expect.any(Date),
      notAfter,
      revokedSerials: [],
      bootstrapOnly: false,
      createdAt: expect.any(Date),
      createdBy: 'tester',
      lastModifiedAt: authority.createdAt,
      lastModifiedBy: 'tester',
    });
    expect(await findCertificateAuthority(context, authority.id)).toEqual(authority);
  });

  it('takes one that is not valid yet, an intermediate one, and one for clients', async () => {
    const { context } = await open();
    const root = await newAuthority('Root');
    for (const [name, wishes] of Object.entries({
      later: { notBefore: day(3) },
      below: { by: root },
      clients: { purposes: ['1.3.6.1.5.5.7.3.2'], keyUsage: KeyUsageFlags.keyCertSign },
    }))
      await createCertificateAuthority(context, {
        name,
        certificate: (await newAuthority(name, wishes)).cert,
      });
  });

  it('keeps names and certificates unique in the tenant', async () => {
    const { context } = await open();
    await createCertificateAuthority(context, { name: 'n', certificate: ROOT });
    const code = 'CERTIFICATE_AUTHORITY_ALREADY_EXISTS';
    await expect(
      createCertificateAuthority(context, { name: 'n', certificate: OTHER }),
    ).rejects.toMatchObject({
      code,
      details: { path: ['name'], entity: { id: 'n' } },
    });
    await expect(createCertificateAuthority(context, { name: 'm', certificate: ROOT })).rejects.toMatchObject(
      {
        code,
        details: { path: ['certificate'] },
      },
    );
    await createCertificateAuthority((await open()).context, { name: 'n', certificate: ROOT });
  });

  const weak = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 1_024,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  it.each<[why: string, rule: RegExp, certificate: () => Promise<string>]>([
    ['no certificate', /one certificate in PEM/, async () => 'x'],
    ['two', /one certificate in PEM/, async () => ROOT + OTHER],
    ['a private key with it', /one certificate in PEM/, async () => ROOT + (await newAuthority('k')).key],
    ['what is no base64', /not well formed/, async () => ROOT.replace(/\n.{9}/, '\n????????')],
    ['what ends too early', /not well formed/, async () => ROOT.replace(/(\n.*){3}\n-----END/, '\n-----END')],
    ['too much', /16384 characters/, async () => ROOT + ' '.repeat(16_384)],
    ["a device's", /CA:TRUE/, async () => (await certify('d', { ca: false })).cert],
    ['one without constraints', /CA:TRUE/, async () => (await certify('d')).cert],
    ['one for other uses', /keyCertSign/, async () => (await newAuthority('k', { keyUsage: 1 })).cert],
    [
      'one for servers',
      /clientAuth/,
      async () => (await newAuthority('s', { purposes: [SERVER_AUTH] })).cert,
    ],
    ['a weak one', /1024 bits/, async () => (await newAuthority('w', { algorithm: weak })).cert],
    ['an old one', /expired/, async () => (await newAuthority('o', { notAfter: day(-0.1) })).cert],
  ])('refuses %s', async (_why, rule, certificate) => {
    const { context } = await open();
    const work = createCertificateAuthority(context, { name: 'n', certificate: await certificate() });
    await expect(work).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/^certificate: /),
      details: { path: ['certificate'] },
    });
    await expect(work).rejects.toThrow(rule);
    expect(await (await listCertificateAuthorities(context, {})).total()).toBe(0);
  });
});

describe('updateCertificateAuthority', () => {
  const openOne = async () => {
    const { tenant, context } = await open();
    const authority = await createCertificateAuthority(context, { name: 'n', certificate: ROOT });
    return { tenant, context, authority, id: authority.id };
  };

  it('renames, keeps the rest and says who did it', async () => {
    const { tenant, context, authority, id } = await openOne();
    const other = tenant.contextOf(undefined, [], 'other');
    const after = await updateCertificateAuthority(other, { id, name: 'm' });
    expect(after).toEqual({
      ...authority,
      name: 'm',
      lastModifiedAt: after.lastModifiedAt,
      lastModifiedBy: 'other',
    });
    expect(await findCertificateAuthority(context, id)).toEqual(after);
    expect(await updateCertificateAuthority(context, { id, name: undefined })).toEqual(after);
  });

  it('revokes serials, in any spelling once, and takes it back', async () => {
    const { context, id } = await openOne();
    const change = async (input: object) =>
      (await updateCertificateAuthority(context, { id, ...input })).revokedSerials;
    expect(await change({ revokeSerials: ['00:ab:0C', 'AB0C', '1'] })).toEqual(['1', 'AB0C']);
    expect(await change({ revokeSerials: ['2'] })).toEqual(['1', '2', 'AB0C']);
    expect(await change({ reinstateSerials: ['ab0c', 'ff', '01'] })).toEqual(['2']);
    expect(await change({ revokeSerials: ['3'], reinstateSerials: ['3'] })).toEqual(['2', '3']);
  });

  it.each([
    [{ name: ' ' }, ['name']],
    [{ revokeSerials: ['x'] }, ['revokeSerials', '0']],
    [{ revokeSerials: ['1', ''] }, ['revokeSerials', '1']],
    [{ revokeSerials: ['1'.repeat(41)] }, ['revokeSerials', '0']],
    [{ reinstateSerials: ['-1'] }, ['reinstateSerials', '0']],
  ])('refuses %j', async (bad, path) => {
    const { context, authority, id } = await openOne();
    await expect(updateCertificateAuthority(context, { id, ...bad })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path },
    });
    expect(await findCertificateAuthority(context, id)).toEqual(authority);
  });

  it('keeps no more revocations than it can remember', async () => {
    const { context, id } = await openOne();
    const many = Array.from({ length: 10_000 }, (_, n) => n.toString(16));
    await updateCertificateAuthority(context, { id, revokeSerials: many });
    await expect(updateCertificateAuthority(context, { id, revokeSerials: ['ffff'] })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
  });
});

it('is deleted, and its name and certificate are free again', async () => {
  const { context } = await open();
  const { id } = await createCertificateAuthority(context, { name: 'n', certificate: ROOT });
  await deleteCertificateAuthority(context, { id });
  await expect(deleteCertificateAuthority(context, { id })).rejects.toMatchObject({
    code: 'CERTIFICATE_AUTHORITY_NOT_FOUND',
  });
  await createCertificateAuthority(context, { name: 'n', certificate: ROOT });
});

it('is nobody else’s, and no odd number is one', async () => {
  const { context } = await open();
  const { id } = await createCertificateAuthority((await open()).context, { name: 'n', certificate: ROOT });
  for (const unknown of [id, -1, Number.MIN_SAFE_INTEGER, 2 ** 63, 1.5]) {
    const code = 'CERTIFICATE_AUTHORITY_NOT_FOUND';
    await expect(findCertificateAuthority(context, unknown)).rejects.toMatchObject({ code });
    await expect(updateCertificateAuthority(context, { id: unknown, name: 'x' })).rejects.toMatchObject({
      code,
    });
    await expect(deleteCertificateAuthority(context, { id: unknown })).rejects.toMatchObject({ code });
  }
  expect(await (await listCertificateAuthorities(context, {})).total()).toBe(0);
});

it('is listed, filtered and ordered', async () => {
  const { context } = await open();
  for (const name of ['b', 'a', 'c'])
    await createCertificateAuthority(context, { name, certificate: (await newAuthority(`CA ${name}`)).cert });
  const namesOf = async (request: Parameters<typeof listCertificateAuthorities>[1]) =>
    (await (await listCertificateAuthorities(context, request)).page()).items.map(({ name }) => name);
  expect(await namesOf({})).toEqual(['b', 'a', 'c']);
  expect(await namesOf({ filter: 'subject=="*ca a"' })).toEqual(['a']);
  expect(await namesOf({ filter: 'notafter=lt=0' })).toEqual([]);
  for (const field of Object.keys(
    CERTIFICATE_AUTHORITY_ORDER,
  ) as (keyof typeof CERTIFICATE_AUTHORITY_ORDER)[]) {
    const orderBy = [{ field, direction: 'desc' as const }];
    const { items, cursorOf } = await (
      await listCertificateAuthorities(context, { first: 2, orderBy })
    ).page();
    const rest = await namesOf({ after: cursorOf(items[1]!), orderBy });
    expect([...items.map(({ name }) => name), ...rest].toSorted(), field).toEqual(['a', 'b', 'c']);
  }
});

it('needs the permissions of the configuration', async () => {
  const { tenant, context } = await open();
  const { id } = await createCertificateAuthority(context, { name: 'n', certificate: ROOT });
  const without = (permission: string) =>
    tenant.contextOf([...context.caller.permissions.keys()].filter((one) => one !== permission));
  for (const work of [
    createCertificateAuthority(without('CREATE_TENANT_CONFIGURATION'), { name: 'x', certificate: OTHER }),
    updateCertificateAuthority(without('UPDATE_TENANT_CONFIGURATION'), { id, name: 'x' }),
    deleteCertificateAuthority(without('DELETE_TENANT_CONFIGURATION'), { id }),
    findCertificateAuthority(without('READ_TENANT_CONFIGURATION'), id),
    listCertificateAuthorities(without('READ_TENANT_CONFIGURATION'), {}),
  ])
    await expect(work).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
