import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../src/services/devices/certificate-authorities/create.ts';
import { derivationKeyOf, derivedToken } from '../../../src/services/devices/enrollment/derivation.ts';
import { setDerivationKey } from '../../../src/services/devices/enrollment/set-derivation-key.ts';
import { approveTargets } from '../../../src/services/devices/pending-targets/approve.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { findTarget, listTargets } from '../../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../src/services/fleet/targets/rotate-token.ts';
import { summarizeFleet } from '../../../src/services/fleet/targets/summary.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { certify, newAuthority } from '../../support/certificates.ts';
import { openTwoProcesses } from '../../support/devices.ts';

const world = await openTwoProcesses();
const credentialOf = async (context: Context, controllerId: string) => {
  await world.here.pollTimes.flush();
  return (await findTarget(context, controllerId)).credential;
};
const namesOf = async (context: Context, filter: string) =>
  (await (await listTargets(context, { filter })).page()).items.map(({ controllerId }) => controllerId);

describe('what a target shows of its credential', () => {
  it('is how it registered, and what it signs in with since', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup({ expiresAt: world.in(86_400) });
    await ask('a', shown);
    expect(await findTarget(context, 'a')).toMatchObject({
      registeredWith: 'group_token',
      registeredFrom: 'http://10.0.0.1',
      credential: { kind: 'group_token', expiresAt: group.expiresAt },
    });
    const { securityToken } = await findTarget(context, 'a');
    await ask('a', { targetToken: securityToken! });
    expect(await credentialOf(context, 'a')).toMatchObject({ kind: 'target_token', expiresAt: null });
    expect((await findTarget(context, 'a')).registeredWith, 'that stays').toBe('group_token');
  });

  it('is a derived token, and an old one with its end', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group } = await newGroup();
    const { key } = await setDerivationKey(context, { groupId: group.id, slot: 'primary' });
    await ask('a', { targetToken: derivedToken(derivationKeyOf(key), 'a') });
    expect(await findTarget(context, 'a')).toMatchObject({
      registeredWith: 'derived_token',
      credential: { kind: 'derived_token', expiresAt: null },
    });
    await createTargets(context, { targets: [{ controllerId: 'b', securityToken: 'first' }] });
    expect(await findTarget(context, 'b')).toMatchObject({ registeredWith: null, credential: null });
    await ask('b', { targetToken: 'first' });
    expect(await credentialOf(context, 'b')).toMatchObject({ kind: 'target_token', expiresAt: null });
    await rotateTargetToken(context, { controllerId: 'b', overlap: '01:00:00' });
    await ask('b', { targetToken: 'first' });
    expect(await credentialOf(context, 'b')).toMatchObject({
      kind: 'target_token',
      expiresAt: expect.any(Date),
    });
  });

  it('is a certificate with its end, and one that a group asked an approval for', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const notAfter = new Date(world.now().getTime() + 10 * 86_400_000);
    const root = await newAuthority('Root', { notAfter: new Date('2040-01-01') });
    const authority = await createCertificateAuthority(context, { name: 'Root', certificate: root.cert });
    await newGroup({ certificateAuthorityId: authority.id, requiresApproval: true });
    const { cert } = await certify('a', { by: root, notAfter });
    const shown = {
      clientCertificate: { commonName: 'a', chain: [new X509Certificate(cert)] as const },
    };
    await ask('a', shown);
    await approveTargets(context, { controllerIds: ['a'] });
    expect((await findTarget(context, 'a')).registeredWith).toBe('certificate');
    await ask('a', shown);
    expect(await credentialOf(context, 'a')).toMatchObject({ kind: 'certificate', expiresAt: notAfter });
  });
});

it('finds and counts devices by what they sign in with', async () => {
  const { context, ask, newGroup } = await world.openTenant();
  await setConfiguration(context, {
    'authentication.gatewaytoken.enabled': true,
    'authentication.gatewaytoken.key': 'shared-by-all',
  });
  const { shown } = await newGroup({ expiresAt: world.in(20 * 86_400) });
  await ask('shared', { gatewayToken: 'shared-by-all' });
  await ask('group', shown);
  await createTargets(context, { targets: [{ controllerId: 'never' }] });
  expect(await namesOf(context, 'credential==GATEWAY_TOKEN')).toEqual(['shared']);
  expect(await namesOf(context, 'credential=in=(gateway_token,group_token)')).toEqual(['group', 'shared']);
  const month = world.in(30 * 86_400).toISOString();
  expect(await namesOf(context, `credential.expiresAt=lt=${month}`)).toEqual(['group']);
  expect(await namesOf(context, 'registeredWith==GATEWAY_TOKEN')).toEqual(['shared']);
  const at = { ...context, clock: world.now };
  expect(await summarizeFleet(at)).toMatchObject({
    total: 3,
    gatewayTokens: 1,
    groupTokens: 1,
    targetTokens: 0,
    credentialsExpiring: 1,
    credentialsExpired: 0,
  });
  const later = { ...context, clock: () => world.in(21 * 86_400) };
  expect(await summarizeFleet(later)).toMatchObject({ credentialsExpiring: 0, credentialsExpired: 1 });
});

it('writes it only when it changes', async () => {
  const { context, tenant, ask } = await world.openTenant();
  await createTargets(context, { targets: [{ controllerId: 'a', securityToken: 't' }] });
  await ask('a', { targetToken: 't' });
  await world.here.pollTimes.flush();
  const device = (await world.here.devices.read(await world.here.tenants.byId(tenant.tenantId), 'a'))!;
  await ask('a', { targetToken: 't' });
  expect(device.use).toMatchObject({ kind: 'target_token' });
  const noted: unknown[] = [];
  const { here } = world;
  const known = here.pollTimes.noteUse;
  here.pollTimes.noteUse = (changed) => {
    noted.push(changed.use);
    known(changed);
  };
  for (let n = 0; n < 5; n++) await ask('a', { targetToken: 't' });
  here.pollTimes.noteUse = known;
  expect(noted).toEqual([]);
});
