import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { invalid } from '../../../errors.ts';
import { enteredText, plainText } from '../../shared/text.ts';
import { factsOf, faultOfIssuer } from './certificate.ts';

export const MOST_REVOKED = 10_000;

export const authorityName = enteredText(1, 128);

/** As certificates are compared by it: without colons and leading zeros, in upper case. */
export const canonicalSerial = (serial: string): string =>
  serial
    .replaceAll(':', '')
    .toUpperCase()
    .replace(/^0+(?=.)/, '');

/** RFC 5280 gives it 20 octets. */
const serial = z
  .string()
  .transform(canonicalSerial)
  .pipe(z.string().regex(/^[0-9A-F]{1,40}$/, 'must be of 1 to 40 hexadecimal digits'));
const serials = z.array(serial).max(MOST_REVOKED, `must be at most ${MOST_REVOKED}`);

export const CertificateAuthorityInput = z.object({
  name: authorityName,
  certificate: plainText(1, 16_384),
  bootstrapOnly: z.boolean().nullish(),
});
export type CertificateAuthorityInput = z.input<typeof CertificateAuthorityInput>;

/** What an update may change. */
export const CertificateAuthorityUpdate = z.object({
  id: z.number(),
  name: authorityName.optional(),
  revokeSerials: serials.optional(),
  reinstateSerials: serials.optional(),
});
export type CertificateAuthorityUpdate = z.input<typeof CertificateAuthorityUpdate>;

/** @throws INVALID_INPUT unless the text is the certificate of a CA that may, or soon may, sign devices' ones */
export function readCertificate(pem: string, now: Date): X509Certificate {
  const refuse = (rule: string) => invalid(`certificate: ${rule}`, ['certificate']);
  const blocks = [...pem.matchAll(/-----BEGIN ([^-]*)-----/g)].map(([, kind]) => kind);
  if (blocks.length !== 1 || blocks[0] !== 'CERTIFICATE')
    throw refuse('must be one certificate in PEM, and nothing else');
  let certificate: X509Certificate;
  let fault: string | undefined;
  try {
    certificate = new X509Certificate(pem);
    fault = faultOfIssuer(certificate);
  } catch {
    throw refuse('is not well formed');
  }
  if (fault) throw refuse(fault);
  if (factsOf(certificate).notAfter <= now) throw refuse('has expired');
  return certificate;
}
