import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { issuedCertificates } from '../../../src/database/tables/issued-certificates.ts';
import { canonicalSerial } from '../../../src/services/devices/certificate-authorities/input.ts';
import { updateCertificateAuthority } from '../../../src/services/devices/certificate-authorities/update.ts';
import { forgetExpiredCertificates } from '../../../src/services/devices/issued-certificates/forget-expired.ts';
import { revokeTargetCertificate } from '../../../src/services/devices/issued-certificates/revoke.ts';
import { createIssuingAuthority } from '../../../src/services/devices/issuing/create.ts';
import { claimTarget } from '../../../src/services/fleet/claims/claim.ts';
import { createClaimCode } from '../../../src/services/fleet/claims/create-code.ts';
import { endOverlaps } from '../../../src/services/fleet/claims/end-overlaps.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../src/services/fleet/targets/delete.ts';
import { rotateTargetToken } from '../../../src/services/fleet/targets/rotate-token.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { haveAll } from '../../clients/programs.ts';
import { certify, KeyUsageFlags, newAuthority } from '../../support/certificates.ts';
import { openTwoProcesses } from '../../support/devices.ts';
import { encrypting, storeCertificate } from '../../support/issued.ts';

/* Every way in which a certificate ceases to be taken is on the list of who issued it, as OpenSSL reads it. */

const world = await openTwoProcesses();
const folder = mkdtempSync(join(tmpdir(), 'muster-revoked-'));
afterAll(() => rmSync(folder, { recursive: true }));
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

const never = () => false;
const HOUR = 3_600;
const DAY = 24 * HOUR;
const FAR = new Date('2049-01-01');

/** A tenant that issues, with devices `good` and `d` that have a certificate each, and one that takes devices over. */
async function openFleet() {
  const seller = await world.openTenant();
  const buyer = await world.openTenant();
  const { context } = seller;
  const root = await newAuthority('Fleet CA', { notAfter: FAR });
  const { id: authorityId } = await createIssuingAuthority(encrypting(context), {
    name: 'Fleet CA',
    source: { intermediate: { certificates: root.cert, privateKey: root.key } },
  });
  writeFileSync(join(folder, 'ca.pem'), root.cert);
  await createTargets(context, {
    targets: ['good', 'd'].map((controllerId) => ({ controllerId, securityToken: 'old' })),
  });
  const itself = (id: number) =>
    and(eq(issuedCertificates.tenantId, context.caller.tenantId), eq(issuedCertificates.id, id));
  const certified = async (name: string) => {
    const { cert } = await certify(name, { by: root, notAfter: FAR });
    writeFileSync(join(folder, `${name}.pem`), cert);
    const serial = canonicalSerial(new X509Certificate(cert).serialNumber);
    const id = await storeCertificate(context, name, authorityId, serial);
    await context.database.update(issuedCertificates).set({ expiresAt: FAR }).where(itself(id));
    return { id, serial };
  };
  await certified('good');
  const { id, serial } = await certified('d');
  const list = async ({ revocationLists } = world.here) =>
    revocationLists.read(encrypting(context), seller.tenant.name, authorityId);
  const check = async (name: string) => {
    writeFileSync(join(folder, 'list.der'), await list());
    openssl('crl', '-inform', 'DER', '-in', 'list.der', '-out', 'list.pem');
    const at = String(Math.floor(world.now().getTime() / 1_000));
    const args = ['-crl_check', '-attime', at, '-CAfile', 'ca.pem', '-CRLfile', 'list.pem', `${name}.pem`];
    try {
      return openssl('verify', ...args).trim();
    } catch (error) {
      const { stderr } = error as { stderr: string };
      return /certificate revoked/.test(stderr) ? 'revoked' : stderr;
    }
  };
  return {
    ...{ seller, buyer, authorityId, id, serial },
    /** The number of the list that a process answers now, and when that was signed. */
    async numbered(platform?: typeof world.here) {
      writeFileSync(join(folder, 'numbered.der'), await list(platform));
      const text = openssl(
        'crl',
        '-inform',
        'DER',
        '-in',
        'numbered.der',
        '-noout',
        '-crlnumber',
        '-lastupdate',
      );
      const [, number, at] = /crlNumber=0x([0-9A-F]+)\s+lastUpdate=(.+)/.exec(text)!;
      return { number: BigInt(`0x${number}`), at: at! };
    },
    expiresIn: (seconds: number) =>
      context.database
        .update(issuedCertificates)
        .set({ expiresAt: world.in(seconds) })
        .where(itself(id)),
    /** When and by whom it was revoked; undefined where it is stored no more. */
    async stored() {
      const { revokedAt: at, revokedBy: by } = issuedCertificates;
      return (await context.database.select({ at, by }).from(issuedCertificates).where(itself(id)))[0];
    },
    async move(overlap: string, to: Context = buyer.context, from: Context = context) {
      return claimTarget(to, { ...(await createClaimCode(from, { controllerId: 'd' })), overlap });
    },
    /** What the list says of `d`; `good` is always good. */
    async listed() {
      expect(await check('good')).toBe('good.pem: OK');
      const said = await check('d');
      expect(['d.pem: OK', 'revoked']).toContain(said);
      return said === 'revoked';
    },
  };
}
type Fleet = Awaited<ReturnType<typeof openFleet>>;

const SHORT = '01:00:00';
const WAYS: [string, (fleet: Fleet) => Promise<unknown>][] = [
  [
    'that was revoked',
    ({ seller, id }) => revokeTargetCertificate(seller.context, { id, reason: 'keyCompromise' }),
  ],
  ['of a deleted target', ({ seller }) => deleteTargets(seller.context, { controllerIds: ['d'] })],
  ['of a device that changed hands without an overlap', ({ move }) => move('00:00:00')],
  [
    'of a device that changed hands, after its overlap',
    async ({ move, listed }) => {
      await move(SHORT);
      await endOverlaps(world.here, never);
      expect(await listed(), 'during the overlap').toBe(false);
      world.wait(HOUR);
      await endOverlaps(world.here, never);
    },
  ],
  [
    'of a device whose new owner has ended the overlap',
    async ({ buyer, move }) => {
      const { securityToken } = await move('P30D');
      await buyer.ask('d', { targetToken: securityToken! });
      world.wait(DAY);
      await endOverlaps(world.here, never);
    },
  ],
  [
    'of a device whose new target was deleted',
    async ({ buyer, move }) => {
      await move('P30D');
      await deleteTargets(buyer.context, { controllerIds: ['d'] });
      world.wait(DAY);
      await endOverlaps(world.here, never);
    },
  ],
  [
    'of a device that moved on, after the shortest overlap',
    async ({ buyer, move, listed }) => {
      const third = await world.openTenant();
      await move('P30D');
      await move('P2D', third.context, buyer.context);
      world.wait(DAY);
      await endOverlaps(world.here, never);
      expect(await listed(), 'during the overlap').toBe(false);
      world.wait(DAY);
      await endOverlaps(world.here, never);
    },
  ],
  [
    'of a device that came home after the overlap',
    async ({ seller, buyer, move }) => {
      await move(SHORT);
      world.wait(HOUR);
      await move(SHORT, seller.context, buyer.context);
    },
  ],
  [
    'whose serial number somebody has named',
    ({ seller, authorityId, serial }) =>
      updateCertificateAuthority(seller.context, { id: authorityId, revokeSerials: [serial] }),
  ],
];

describe.runIf(haveAll(['openssl'], 'lists of revoked certificates'))(
  'a list of revoked certificates',
  () => {
    it.each(WAYS)('has that %s', async (_, end) => {
      const fleet = await openFleet();
      expect(await fleet.listed()).toBe(false);
      await end(fleet);
      expect(await fleet.listed()).toBe(true);
    });

    it('has none of a device that came home within the overlap', async () => {
      const { seller, buyer, move, listed } = await openFleet();
      await move(SHORT);
      await move(SHORT, seller.context, buyer.context);
      world.wait(2 * DAY);
      await endOverlaps(world.here, never);
      expect(await listed()).toBe(false);
    });

    it('has none whose serial number was taken back', async () => {
      const { seller, authorityId, serial, listed } = await openFleet();
      await updateCertificateAuthority(seller.context, { id: authorityId, revokeSerials: [serial] });
      expect(await listed()).toBe(true);
      await updateCertificateAuthority(seller.context, { id: authorityId, reinstateSerials: [serial] });
      expect(await listed()).toBe(false);
    });

    it('has one for a day after its end, whatever is issued meanwhile, and forgets it then', async () => {
      const { seller, id, listed, stored, expiresIn } = await openFleet();
      await expiresIn(HOUR);
      await revokeTargetCertificate(seller.context, { id });
      world.wait(2 * HOUR);
      await forgetExpiredCertificates(world.here.database, world.now());
      expect([await listed(), await stored()]).toEqual([true, expect.anything()]);
      world.wait(DAY);
      await forgetExpiredCertificates(world.here.database, world.now());
      expect([await listed(), await stored()]).toEqual([false, undefined]);
    });

    it('has another number each time that it is signed: those who keep lists take the greater one', async () => {
      const { seller, id, numbered } = await openFleet();
      const first = await numbered();
      world.wait(HOUR);
      const elsewhere = await numbered(world.there);
      expect(await numbered(), 'it is kept').toEqual(first);
      world.wait(12 * HOUR);
      const later = await numbered();
      await revokeTargetCertificate(seller.context, { id });
      const revoked = await numbered();
      const lists = [first, elsewhere, later, revoked];
      expect(new Set(lists.map(({ at }) => at)).size).toBe(3);
      for (const [index, { number }] of lists.slice(1).entries())
        expect(number, `list ${index + 2}`).toBeGreaterThan(lists[index]!.number);
    });

    it('has once what the server has ended itself', async () => {
      const { move, stored } = await openFleet();
      await move(SHORT);
      world.wait(HOUR);
      await endOverlaps(world.here, never);
      const ended = await stored();
      expect(ended).toEqual({ at: world.now(), by: 'system' });
      world.wait(2 * DAY);
      await endOverlaps(world.here, never);
      expect(await stored()).toEqual(ended);
    });

    it('has none of a device whose token is new', async () => {
      const { seller, listed } = await openFleet();
      await rotateTargetToken(seller.context, { controllerId: 'd' });
      world.wait(2 * DAY);
      await endOverlaps(world.here, never);
      expect(await listed()).toBe(false);
    });
  },
);

it('is of no authority that may not sign one: whoever checks revocations would believe none of its certificates', async () => {
  const { context } = await world.openTenant();
  const { keyCertSign, cRLSign } = KeyUsageFlags;
  const bring = async (keyUsage: number) => {
    const { cert, key } = await newAuthority('Fleet CA', { notAfter: FAR, keyUsage });
    return createIssuingAuthority(encrypting(context), {
      name: 'Fleet CA',
      source: { intermediate: { certificates: cert, privateKey: key } },
    });
  };
  await expect(bring(keyCertSign)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/keyUsage without cRLSign/),
  });
  await bring(keyCertSign | cRLSign);
});
