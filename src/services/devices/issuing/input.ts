import type { KeyObject, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { plainText } from '../../shared/text.ts';
import { factsOf, faultOfIssuer, maySignLists } from '../certificate-authorities/certificate.ts';
import { authorityName } from '../certificate-authorities/input.ts';
import { keyKindOf } from './keys.ts';
import { readCertificates, readPrivateKey, refuseAt } from './pem.ts';
import { UpstreamInput } from './upstream/input.ts';

const MOST_DAYS = 36_500;

export const CreateIssuingAuthority = z.object({
  name: authorityName,
  source: z.union([
    z.object({
      made: z.object({
        lifetimeDays: z
          .number()
          .int('must be a whole number')
          .min(1, 'must be 1 at least')
          .max(MOST_DAYS, `must be at most ${MOST_DAYS}`)
          .default(3_650),
      }),
    }),
    z.object({
      intermediate: z.object({ certificates: plainText(1, 65_536), privateKey: plainText(1, 16_384) }),
    }),
    z.object({ upstream: UpstreamInput }),
  ]),
});
export type CreateIssuingAuthority = z.input<typeof CreateIssuingAuthority>;

/** An authority's certificate, and those above it. */
export interface AuthorityChain {
  certificate: X509Certificate;
  above: X509Certificate[];
}

/** Reads the certificates of an authority that is brought along, its own first. @throws INVALID_INPUT */
export function readChain(pem: string, now: Date): AuthorityChain {
  const refuse = refuseAt('source', 'intermediate', 'certificates');
  const chain = readCertificates(pem, refuse);
  for (const [index, member] of chain.entries()) {
    const fault = faultOfMember(member, now);
    if (fault) throw refuse(`the certificate ${index + 1} ${fault}`);
    const issuer = chain[index + 1];
    if (issuer && !(member.checkIssued(issuer) && member.verify(issuer.publicKey)))
      throw refuse(`the certificate ${index + 1} is not signed by the one after it`);
  }
  const [certificate, ...above] = chain as [X509Certificate, ...X509Certificate[]];
  if (!maySignLists(certificate))
    throw refuse('the certificate 1 may not sign lists of revoked ones (keyUsage without cRLSign)');
  return { certificate, above };
}

/** Why nothing may be issued below an authority's certificate; undefined where it may. */
export function faultOfMember(certificate: X509Certificate, now: Date): string | undefined {
  try {
    return faultOfIssuer(certificate) ?? (factsOf(certificate).notAfter <= now ? 'has expired' : undefined);
  } catch {
    return 'is not well formed';
  }
}

/** Reads the private key that certificates of devices are signed with. @throws INVALID_INPUT */
export function readSigningKey(pem: string, certificate: X509Certificate): KeyObject {
  const refuse = refuseAt('source', 'intermediate', 'privateKey');
  const key = readPrivateKey(pem, certificate, refuse);
  if (!keyKindOf(key)) throw refuse('is of a kind or size that cannot sign here');
  return key;
}
