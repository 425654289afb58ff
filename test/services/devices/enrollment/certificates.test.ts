import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { deleteCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/delete.ts';
import { findEnrollmentGroups } from '../../../../src/services/devices/enrollment/find.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import { certify, newAuthority } from '../../../support/certificates.ts';
import { openTwoProcesses } from '../../../support/devices.ts';

const world = await openTwoProcesses();
/** Also when the test's clock has come. */
const validity = { notAfter: new Date('2040-01-01') };
const root = await newAuthority('Root', validity);

async function openTenant() {
  const opened = await world.openTenant();
  const authority = await createCertificateAuthority(opened.context, {
    name: 'Root',
    certificate: root.cert,
  });
  const shownBy = async (commonName: string) => {
    const { cert } = await certify(commonName, { by: root, ...validity });
    return { clientCertificate: { commonName, chain: [new X509Certificate(cert)] as const } };
  };
  return { ...opened, authority, shownBy };
}

describe('a certificate of an authority that a group names', () => {
  it("registers its device by the group's rules", async () => {
    const { context, ask, newGroup, authority, shownBy } = await openTenant();
    const { group } = await newGroup({
      certificateAuthorityId: authority.id,
      targetGroup: 'halls',
      registrationLimit: 1,
    });
    await ask('a', await shownBy('a'));
    expect(await findTarget(context, 'a')).toMatchObject({ group: 'halls', enrollmentGroupId: group.id });
    await expect(ask('b', await shownBy('b'))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('holds its device until it is approved, where the group says so', async () => {
    const { context, ask, newGroup, authority, shownBy } = await openTenant();
    await newGroup({ certificateAuthorityId: authority.id, requiresApproval: true });
    const shown = await shownBy('a');
    expect(await ask('a', shown)).toMatchObject({ requestAttributes: false });
    await approveTargets(context, { controllerIds: ['a'] });
    expect(await ask('a', shown)).toMatchObject({ requestAttributes: true });
  });

  it('registers nobody whom the group is not for, or after its end, but signs in those known', async () => {
    const { context, ask, refused, newGroup, authority, shownBy } = await openTenant();
    const { group } = await newGroup({ certificateAuthorityId: authority.id, deniedControllerIds: ['x*'] });
    const [a, b, x] = [await shownBy('a'), await shownBy('b'), await shownBy('x1')];
    await ask('a', a);
    await refused('x1', x);
    await updateEnrollmentGroup(context, { id: group.id, expiresAt: world.now() });
    await refused('b', b);
    await ask('a', a);
  });

  it('registers its device without rules where no group names the authority any more', async () => {
    const { context, ask, newGroup, authority, shownBy } = await openTenant();
    const { group } = await newGroup({ certificateAuthorityId: authority.id, targetGroup: 'halls' });
    await updateEnrollmentGroup(context, { id: group.id, certificateAuthorityId: null });
    await ask('a', await shownBy('a'));
    expect(await findTarget(context, 'a')).toMatchObject({ group: null, enrollmentGroupId: null });
  });
});

describe('an authority', () => {
  it('is named by one group at the most', async () => {
    const { newGroup, authority } = await openTenant();
    await newGroup({ certificateAuthorityId: authority.id });
    await expect(newGroup({ name: 'other', certificateAuthorityId: authority.id })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['certificateAuthorityId'] },
    });
  });

  it('leaves its group when it is deleted', async () => {
    const { context, newGroup, authority } = await openTenant();
    const { group } = await newGroup({ certificateAuthorityId: authority.id });
    await deleteCertificateAuthority(context, { id: authority.id });
    expect(await findEnrollmentGroups(context, [group.id])).toMatchObject([{ certificateAuthorityId: null }]);
  });
});
