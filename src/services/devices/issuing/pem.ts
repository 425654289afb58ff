import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { invalid } from '../../../errors.ts';

const LONGEST_CHAIN = 5;

/** Refuses a field of the input. */
export const refuseAt =
  (...path: string[]) =>
  (rule: string) =>
    invalid(`${path.join('.')}: ${rule}`, path);
type Refuse = ReturnType<typeof refuseAt>;

/** A certificate in PEM, as OpenSSL writes it. */
export const certificatePem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${inLines(der)}\n-----END CERTIFICATE-----\n`;

/** In Base64, in lines of 64 characters. */
export const inLines = (der: Buffer): string => der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');

/** Reads certificates in PEM, as many as a chain has. @throws INVALID_INPUT */
export function readCertificates(pem: string, refuse: Refuse): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN ([^-]*)-----[^-]*-----END \1-----/g) ?? [];
  if (!blocks.length || blocks.some((block) => !block.startsWith('-----BEGIN CERTIFICATE-----')))
    throw refuse('must be certificates in PEM, and nothing else');
  if (blocks.length > LONGEST_CHAIN) throw refuse(`must be at most ${LONGEST_CHAIN}`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw refuse(`the certificate ${index + 1} is not well formed`);
    }
  });
}

/** Reads the private key of a certificate. @throws INVALID_INPUT */
export function readPrivateKey(pem: string, certificate: X509Certificate, refuse: Refuse): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw refuse('must be a private key in PEM without a passphrase');
  }
  if (!certificate.checkPrivateKey(key)) throw refuse('is not that of the first certificate');
  return key;
}
