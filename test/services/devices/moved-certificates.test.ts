import { X509Certificate } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { canonicalSerial } from '../../../src/services/devices/certificate-authorities/input.ts';
import {
  findIssuedCertificates,
  type IssuedCertificate,
} from '../../../src/services/devices/issued-certificates/find.ts';
import { revokeTargetCertificate } from '../../../src/services/devices/issued-certificates/revoke.ts';
import { createIssuingAuthority } from '../../../src/services/devices/issuing/create.ts';
import type { Device } from '../../../src/services/devices/polling/device.ts';
import { claimTarget } from '../../../src/services/fleet/claims/claim.ts';
import { createClaimCode } from '../../../src/services/fleet/claims/create-code.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { certify, day, newAuthority } from '../../support/certificates.ts';
import { openTwoProcesses } from '../../support/devices.ts';
import { encrypting, storeCertificate } from '../../support/issued.ts';
import { movedIn } from './moved.ts';

const world = await openTwoProcesses();
const { here, there } = world;
const moved = movedIn(world);
const tenantOf = ({ tenant }: Device) => tenant.tenantId;

describe('a certificate that its old tenant has issued to it', () => {
  async function withCertificate(overlap = '01:00:00') {
    const made = await moved(overlap);
    const { context } = made.seller;
    const notAfter = day(3_650);
    const root = await newAuthority('Root', { notAfter });
    const { id } = await createIssuingAuthority(encrypting(context), {
      name: 'Fleet CA',
      source: { intermediate: { certificates: root.cert, privateKey: root.key } },
    });
    const certified = async (controllerId: string) => {
      const signed = await certify(controllerId, { by: root, notAfter });
      const certificate = new X509Certificate(signed.cert);
      const stored = await storeCertificate(
        context,
        controllerId,
        id,
        canonicalSerial(certificate.serialNumber),
      );
      const shown = { clientCertificate: { commonName: controllerId, chain: [certificate] as const } };
      return { stored, shown };
    };
    return { ...made, certified, ...(await certified('d')) };
  }

  const bothRefuse = async ({ seller }: Pick<Awaited<ReturnType<typeof moved>>, 'seller'>, shown: object) => {
    for (const process of [here, there]) await vi.waitFor(() => seller.refused('d', shown, process));
  };

  it('opens the device at the old address, until the end of the overlap only', async () => {
    const { seller, buyer, take, shown } = await withCertificate();
    await seller.ask('d', shown);
    await take();
    for (const process of [here, there])
      await vi.waitFor(async () =>
        expect(tenantOf(await seller.ask('d', shown, process))).toBe(buyer.tenant.tenantId),
      );
    await buyer.refused('d', shown);
    world.wait(3_600);
    for (const process of [here, there]) await seller.refused('d', shown, process);
  });

  it('has no use where there is no overlap, and is revoked', async () => {
    const { seller, take, shown } = await withCertificate('00:00:00');
    await take();
    await bothRefuse({ seller }, shown);
    const { id } = await findTarget(seller.context, 'd');
    const [[certificate]] = (await findIssuedCertificates(seller.context, [id])) as [[IssuedCertificate]];
    expect(certificate).toMatchObject({ revokedBy: 'system', revocationReason: 'affiliationChanged' });
  });

  it('ends at once when its old tenant revokes it; that of another device opens nothing', async () => {
    const { seller, take, shown, stored, certified } = await withCertificate();
    await createTargets(seller.context, { targets: [{ controllerId: 'e' }] });
    const other = await certified('e');
    await take();
    const chain = other.shown.clientCertificate.chain;
    await seller.refused('d', { clientCertificate: { commonName: 'd', chain } });
    await seller.ask('d', shown);
    await revokeTargetCertificate(seller.context, { id: stored });
    await bothRefuse({ seller }, shown);
  });

  it('is good again when the device comes home within the overlap, and never after it', async () => {
    for (const late of [false, true]) {
      const { seller, buyer, take, shown } = await withCertificate();
      await take();
      await seller.ask('d', shown);
      if (late) world.wait(3_600);
      await claimTarget(seller.context, await createClaimCode(buyer.context, { controllerId: 'd' }));
      if (late) await bothRefuse({ seller }, shown);
      else expect(tenantOf(await seller.ask('d', shown))).toBe(seller.tenant.tenantId);
    }
  });
});
