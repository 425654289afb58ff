import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createCertificateAuthority } from '../../../src/services/devices/certificate-authorities/create.ts';
import { deleteCertificateAuthority } from '../../../src/services/devices/certificate-authorities/delete.ts';
import { updateCertificateAuthority } from '../../../src/services/devices/certificate-authorities/update.ts';
import {
  type CertificateRefusal,
  type DevicePlatform,
  openDevices,
  poll,
} from '../../../src/services/devices/polling/poll.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { certify, day, newAuthority } from '../../support/certificates.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';

const one = await openTestPlatform();
const other = await openTestPlatform();
const refusals: CertificateRefusal[] = [];
const here = openDevices(one.platform, 100, console.error, (refusal) => refusals.push(refusal));
/** What another process of the server has. */
const there = openDevices(other.platform, 100, console.error);
afterAll(async () => {
  for (const { pollTimes } of [here, there]) await pollTimes.close();
  for (const { close } of [one, other]) await close();
});

const root = await newAuthority('Root');
/** What a device named so shows in every handshake. */
async function deviceNamed(commonName: string, wishes: Parameters<typeof certify>[1] = {}) {
  const { cert, serial } = await certify(commonName, { by: root, ...wishes });
  const chain = () => [new X509Certificate(cert)] as const;
  return { credentials: () => ({ clientCertificate: { commonName, chain: chain() } }), serial };
}

async function openFleet() {
  const tenant = await newTenant(one.platform);
  const context = tenant.contextOf();
  const ask = async (
    controllerId: string,
    { credentials }: Awaited<ReturnType<typeof deviceNamed>>,
    platform: DevicePlatform = here,
  ) =>
    poll(platform, {
      tenantName: tenant.name,
      controllerId,
      credentials: credentials(),
      address: 'http://10.0.0.1',
    });
  return { tenant, context, ask };
}
const trust = (context: Context) =>
  createCertificateAuthority(context, { name: 'Root', certificate: root.cert });
const REFUSED = { code: 'UNAUTHENTICATED' };

describe('a device that shows a certificate', () => {
  it('is registered with its first poll, and known from then on', async () => {
    const { context, ask } = await openFleet();
    await trust(context);
    const device = await deviceNamed('a');
    await ask('a', device);
    expect(await findTarget(context, 'a')).toMatchObject({ name: 'a', createdBy: 'system' });
    expect(await ask('a', device)).toMatchObject({ seen: true });
  });

  it('is not registered where the tenant wants nobody to be', async () => {
    const { context, ask } = await openFleet();
    await trust(context);
    await setConfiguration(context, { 'autoregistration.enabled': false });
    await expect(ask('a', await deviceNamed('a'))).rejects.toMatchObject(REFUSED);
  });

  it('speaks for no other device, and the log is told', async () => {
    const { tenant, context, ask } = await openFleet();
    await trust(context);
    await ask('a', await deviceNamed('a'));
    refusals.length = 0;
    await expect(ask('a', await deviceNamed('b'))).rejects.toMatchObject(REFUSED);
    await expect(ask('a', await deviceNamed('A'))).rejects.toMatchObject(REFUSED);
    expect(refusals[0]).toEqual({
      tenantName: tenant.name,
      controllerId: 'a',
      address: 'http://10.0.0.1',
      reason: "it is that of 'b'",
    });
  });

  it('is known to its own tenant only', async () => {
    const { context } = await openFleet();
    await trust(context);
    refusals.length = 0;
    await expect((await openFleet()).ask('a', await deviceNamed('a'))).rejects.toMatchObject(REFUSED);
    expect(refusals).toMatchObject([
      { reason: expect.stringMatching(/^no authority .* names 'O=Muster, CN=Root' as its issuer$/) },
    ]);
  });

  it('is refused where its certificate has expired, by the platform’s clock', async () => {
    const { context, ask } = await openFleet();
    await trust(context);
    const device = await deviceNamed('a', { notAfter: day(1) });
    await ask('a', device);
    const later = vi.spyOn(here, 'clock').mockImplementation(() => day(2));
    await expect(ask('a', device)).rejects.toMatchObject(REFUSED);
    later.mockRestore();
  });
});

describe('in every process at once', () => {
  it('a new authority counts, and a deleted one does not', async () => {
    const { context, ask } = await openFleet();
    const device = await deviceNamed('a');
    for (const platform of [here, there])
      await expect(ask('a', device, platform)).rejects.toMatchObject(REFUSED);
    const { id } = await trust(context);
    await ask('a', device);
    await vi.waitFor(() => ask('a', device, there), 10_000);
    await deleteCertificateAuthority(context, { id });
    await expect(ask('a', device)).rejects.toMatchObject(REFUSED);
    await vi.waitFor(() => expect(ask('a', device, there)).rejects.toMatchObject(REFUSED), 10_000);
  });

  it('a revoked serial number does not count', async () => {
    const { context, ask } = await openFleet();
    const { id } = await trust(context);
    const [revoked, good] = [await deviceNamed('a'), await deviceNamed('b')];
    for (const platform of [here, there]) {
      await ask('a', revoked, platform);
      await ask('b', good, platform);
    }
    await updateCertificateAuthority(context, { id, revokeSerials: [revoked.serial] });
    await expect(ask('a', revoked)).rejects.toMatchObject(REFUSED);
    await vi.waitFor(() => expect(ask('a', revoked, there)).rejects.toMatchObject(REFUSED), 10_000);
    for (const platform of [here, there]) await ask('b', good, platform);
  });

  it('so it is for a connection that stays open', async () => {
    const { context, ask } = await openFleet();
    const { id } = await trust(context);
    const { serial, credentials } = await deviceNamed('a');
    const shown = credentials();
    const kept = { serial, credentials: () => shown };
    for (const platform of [here, there]) await ask('a', kept, platform);
    await updateCertificateAuthority(context, { id, revokeSerials: [serial] });
    await expect(ask('a', kept)).rejects.toMatchObject(REFUSED);
    await vi.waitFor(() => expect(ask('a', kept, there)).rejects.toMatchObject(REFUSED), 10_000);
  });
});

it('a poll over a kept connection is answered from memory', async () => {
  const { tenant, context, ask } = await openFleet();
  await trust(context);
  const device = await deviceNamed('a');
  const credentials = device.credentials();
  await ask('a', { ...device, credentials: () => credentials });
  const request = { tenantName: tenant.name, controllerId: 'a', credentials, address: 'x' };
  expect(poll(here, request)).not.toBeInstanceOf(Promise);
});
