import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { commonNameOf } from '../../../../src/services/devices/certificate-authorities/certificate.ts';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { deleteCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/delete.ts';
import { updateCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/update.ts';
import {
  type Chain,
  verifyChain,
} from '../../../../src/services/devices/certificate-authorities/verify-chain.ts';
import {
  certify,
  day,
  Extension,
  KeyUsageFlags,
  newAuthority,
  type Signed,
} from '../../../support/certificates.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const root = await newAuthority('Root');
const other = await newAuthority('Other');
const chainOf = (...signed: Signed[]) =>
  signed.map(({ cert }) => new X509Certificate(cert)) as unknown as Chain;

/** A tenant that trusts these, and what it says of a chain. */
async function trusting(...authorities: Signed[]) {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf();
  const ids: number[] = [];
  for (const { cert } of authorities)
    ids.push((await createCertificateAuthority(context, { name: `CA ${ids.length}`, certificate: cert })).id);
  const ask = async (chain: Chain, now = new Date()) =>
    verifyChain(await platform.tenants.byId(tenant.tenantId), chain, now);
  return { context, ids, ask };
}
const CLIENT = '1.3.6.1.5.5.7.3.2';
const SERVER = '1.3.6.1.5.5.7.3.1';

describe('a chain is good', () => {
  it('straight below an authority', async () => {
    const { ids, ask } = await trusting(other, root);
    expect(await ask(chainOf(await certify('d', { by: root })))).toMatchObject({ authorityIds: [ids[1]] });
  });

  it('with what a careful authority writes into it', async () => {
    const { ids, ask } = await trusting(root);
    const keyUsage = KeyUsageFlags.digitalSignature;
    const device = await certify('d', { by: root, ca: false, keyUsage, purposes: [SERVER, CLIENT] });
    expect((await ask(chainOf(device))).authorityIds).toEqual(ids);
  });

  it('by way of intermediate CAs, in any order and with others among them', async () => {
    const upper = await newAuthority('Upper', { by: root, pathLength: 1 });
    const lower = await newAuthority('Lower', {
      by: upper,
      pathLength: 0,
      keyUsage: KeyUsageFlags.keyCertSign,
    });
    const device = await certify('d', { by: lower });
    const { ids, ask } = await trusting(root);
    for (const others of [
      [lower, upper],
      [upper, lower],
      [other, upper, lower, root],
    ])
      expect((await ask(chainOf(device, ...others))).authorityIds).toEqual(ids);
    expect((await ask(chainOf(device, upper))).refusal).toMatch(/no authority/);
  });

  it('below each of several authorities, told from the nearest on', async () => {
    const below = await newAuthority('Below', { by: root });
    const device = await certify('d', { by: below });
    const { ids, ask } = await trusting(root, below);
    expect((await ask(chainOf(device, below))).authorityIds).toEqual([ids[1], ids[0]]);
    expect((await ask(chainOf(device))).authorityIds).toEqual([ids[1]]);
  });

  it('below an authority whose renewal has the same key', async () => {
    const old = await newAuthority('Renewed', { notAfter: day(2) });
    const renewed = await certify('Renewed', { ca: true, keys: old.keys, notAfter: day(9) });
    const { ids, ask } = await trusting(old, renewed);
    const chain = chainOf(await certify('d', { by: old }));
    expect((await ask(chain)).authorityIds).toEqual(ids);
    expect((await ask(chain, day(3))).authorityIds).toEqual([ids[1]]);
  });

  it('signed by RSA', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2_048,
      publicExponent: new Uint8Array([1, 0, 1]),
    };
    const authority = await newAuthority('RSA', { algorithm });
    const { ids, ask } = await trusting(authority);
    expect((await ask(chainOf(await certify('d', { by: authority })))).authorityIds).toEqual(ids);
  });
});

const intermediate = (wishes: Parameters<typeof certify>[1]) =>
  certify('Between', { by: root, ca: true, ...wishes });

describe('a chain is refused, with the reason,', () => {
  it.each<[string, RegExp, () => Promise<Signed[]>]>([
    ['of another authority', /no authority/, async () => [await certify('d', { by: other })]],
    ['of itself', /no authority/, async () => [await certify('d')]],
    [
      'of an authority that only has the name of ours',
      /'O=Muster, CN=d' has no good signature/,
      async () => [await certify('d', { by: await newAuthority('Root') })],
    ],
    [
      'expired',
      /'O=Muster, CN=d' expired 2/,
      async () => [await certify('d', { by: root, notBefore: day(-9), notAfter: day(-1) })],
    ],
    [
      'not valid yet',
      /CN=d' is not valid before 2/,
      async () => [await certify('d', { by: root, notBefore: day(1) })],
    ],
    ['itself that of a CA', /CN=d' is that of a CA/, async () => [await newAuthority('d', { by: root })]],
    [
      'signed by a device',
      /CN=Between' is not that of a CA/,
      async () => {
        const device = await intermediate({ ca: false });
        return [await certify('d', { by: device }), device];
      },
    ],
    [
      'signed by a certificate without constraints',
      /CN=Between' is not that of a CA/,
      async () => {
        const device = await intermediate({ ca: undefined });
        return [await certify('d', { by: device }), device];
      },
    ],
    [
      'of a CA that may not sign certificates',
      /no authority/, // its usage says so already where issuers are looked for
      async () => {
        const between = await intermediate({ keyUsage: KeyUsageFlags.digitalSignature });
        return [await certify('d', { by: between }), between];
      },
    ],
    [
      'of an expired CA',
      /CN=Between' expired/,
      async () => {
        const between = await intermediate({ notAfter: day(-0.1) });
        return [await certify('d', { by: between }), between];
      },
    ],
    [
      'longer than a CA allows',
      /CN=Upper' allows no 1 CAs/,
      async () => {
        const upper = await newAuthority('Upper', { by: root, pathLength: 0 });
        const lower = await newAuthority('Lower', { by: upper });
        return [await certify('d', { by: lower }), lower, upper];
      },
    ],
    [
      'meant for servers',
      /CN=d' is not meant for clients/,
      async () => [await certify('d', { by: root, purposes: [SERVER] })],
    ],
    [
      'of a CA for servers',
      /CN=Between' is not meant for clients/,
      async () => {
        const between = await intermediate({ purposes: [SERVER] });
        return [await certify('d', { by: between }), between];
      },
    ],
    [
      'that may not sign a handshake',
      /CN=d' may not sign a handshake/,
      async () => [await certify('d', { by: root, keyUsage: KeyUsageFlags.keyEncipherment })],
    ],
    [
      'with a critical extension nobody knows',
      /CN=d' has an extension that is not understood \(1\.2\.3\.4\)/,
      async () => [
        await certify('d', {
          by: root,
          extensions: [new Extension('1.2.3.4', true, new Uint8Array([5, 0]))],
        }),
      ],
    ],
    [
      'signed over SHA-1',
      /CN=d' has no good signature/,
      async () => [
        await certify('d', { by: root, signature: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-1' } }),
      ],
    ],
    [
      'that is too long to look at',
      /more than 10/,
      async () => [await certify('d', { by: root }), ...Array.from({ length: 10 }, () => other)],
    ],
  ])('%s', async (_why, reason, make) => {
    const { ask } = await trusting(root);
    const verdict = await ask(chainOf(...(await make())));
    expect(verdict).toMatchObject({ authorityIds: [], refusal: expect.stringMatching(reason) });
  });

  it('below an authority that limits the names', async () => {
    const names = new Extension('2.5.29.30', false, new Uint8Array([0x30, 0]));
    const between = await intermediate({ extensions: [names] });
    const { ask } = await trusting(root);
    const { refusal } = await ask(chainOf(await certify('d', { by: between }), between));
    expect(refusal).toMatch(/CN=Between' has an extension that is not understood \(2\.5\.29\.30\)/);
  });

  it('below an authority that has expired meanwhile, or is not valid yet', async () => {
    const soon = await newAuthority('Soon', { notBefore: day(1), notAfter: day(2) });
    const { ids, ask } = await trusting(soon);
    const chain = chainOf(await certify('d', { by: soon }));
    expect((await ask(chain)).refusal).toMatch(/CN=Soon' is not valid before/);
    expect((await ask(chain, day(1.5))).authorityIds).toEqual(ids);
    expect((await ask(chain, day(3))).refusal).toMatch(/CN=Soon' expired/);
  });

  it('below an authority that allows less', async () => {
    const strict = await newAuthority('Strict', { pathLength: 0 });
    const between = await newAuthority('Between', { by: strict });
    const { ask } = await trusting(strict);
    expect((await ask(chainOf(await certify('d', { by: between }), between))).refusal).toMatch(
      /CN=Strict' allows/,
    );
  });

  it('where it, or a CA between, is revoked by its serial number', async () => {
    const between = await intermediate({});
    const device = await certify('d', { by: between, serial: '00ab0c' });
    const chain = chainOf(device, between);
    const { context, ids, ask } = await trusting(root);
    const [id] = ids as [number];
    for (const serial of ['AB:0C', between.serial]) {
      await updateCertificateAuthority(context, { id, revokeSerials: [serial] });
      expect(await ask(chain)).toMatchObject({ authorityIds: [], refusal: expect.stringMatching(/revoked/) });
      await updateCertificateAuthority(context, { id, reinstateSerials: [serial] });
      expect((await ask(chain)).authorityIds).toEqual([id]);
    }
  });

  it('where one of several authorities has revoked it', async () => {
    const renewed = await certify('Root', { ca: true, keys: root.keys });
    const device = await certify('d', { by: root });
    const { context, ids, ask } = await trusting(root, renewed);
    await updateCertificateAuthority(context, { id: ids[1]!, revokeSerials: [device.serial] });
    expect((await ask(chainOf(device))).refusal).toMatch(`revoked at authority ${ids[1]}`);
  });

  it('as soon as the authority is gone', async () => {
    const { context, ids, ask } = await trusting(root);
    const chain = chainOf(await certify('d', { by: root }));
    expect((await ask(chain)).authorityIds).toEqual(ids);
    await deleteCertificateAuthority(context, { id: ids[0]! });
    expect((await ask(chain)).refusal).toMatch(/no authority/);
  });

  it('as soon as it expires, though it was good', async () => {
    const { ids, ask } = await trusting(root);
    const chain = chainOf(await certify('d', { by: root, notAfter: day(1) }));
    expect((await ask(chain)).authorityIds).toEqual(ids);
    expect((await ask(chain, day(2))).refusal).toMatch(/CN=d' expired/);
  });
});

it('costs a kept connection nothing', async () => {
  const { ask } = await trusting(root);
  const chain = chainOf(await certify('d', { by: root }));
  expect(await ask(chain)).toBe(await ask(chain));
});

it('does not read a certificate of more than 8,192 bytes', async () => {
  const nameIn = async (bytes: number) => {
    const { cert } = await certify('d', {
      extensions: [new Extension('1.2.3.4', false, Buffer.alloc(bytes))],
    });
    return commonNameOf(new X509Certificate(cert));
  };
  expect([await nameIn(7_000), await nameIn(9_000)]).toEqual(['d', undefined]);
});
