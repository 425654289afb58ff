import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export const { Extension, KeyUsageFlags } = x509;

const { subtle } = webcrypto;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface Signed {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
  /** The certificate, and the private key, in PEM. */
  cert: string;
  key: string;
  serial: string;
}

export interface Wishes {
  /** Who signs; itself unless told. */
  by?: Signed;
  subject?: string;
  ca?: boolean | undefined;
  /** How many CAs may come below. */
  pathLength?: number;
  notBefore?: Date;
  notAfter?: Date;
  serial?: string;
  keyUsage?: x509.KeyUsageFlags;
  purposes?: string[];
  extensions?: x509.Extension[];
  /** Of its key. */
  algorithm?: webcrypto.RsaHashedKeyGenParams | typeof EC;
  /** Instead of new ones. */
  keys?: webcrypto.CryptoKeyPair;
  /** By which it is signed. */
  signature?: typeof EC;
}

const DAY = 86_400_000;
export const day = (offset: number) => new Date(Date.now() + offset * DAY);

/** Makes a certificate and its key; that of a CA where `ca` is set. */
export async function certify(name: string, wishes: Wishes = {}): Promise<Signed> {
  const { by, ca, keyUsage, purposes } = wishes;
  const algorithm = wishes.algorithm ?? EC;
  const keys = wishes.keys ?? (await subtle.generateKey(algorithm, true, ['sign', 'verify']));
  const subject = wishes.subject ?? `O=Muster, CN=${name}`;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: wishes.serial ?? `01${randomBytes(8).toString('hex')}`,
    subject,
    issuer: by?.certificate.subject ?? subject,
    notBefore: wishes.notBefore ?? day(-1),
    notAfter: wishes.notAfter ?? day(30),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: wishes.signature ?? (by ? algorithmOf(by) : algorithm),
    extensions: [
      ...(ca === undefined ? [] : [new x509.BasicConstraintsExtension(ca, wishes.pathLength, true)]),
      ...(keyUsage === undefined ? [] : [new x509.KeyUsagesExtension(keyUsage, true)]),
      ...(purposes ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
      ...(wishes.extensions ?? []),
    ],
  });
  const key = await subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate,
    keys,
    cert: `${certificate.toString('pem')}\n`,
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    serial: certificate.serialNumber.toUpperCase().replace(/^0+(?=.)/, ''),
  };
}

/** A root of its own. */
export const newAuthority = (name: string, wishes: Wishes = {}) => certify(name, { ca: true, ...wishes });

const algorithmOf = ({ keys }: Signed) => ({ ...EC, ...keys.privateKey.algorithm });
