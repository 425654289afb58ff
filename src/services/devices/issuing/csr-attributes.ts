import { AsnConvert, AsnIntegerConverter, AsnObjectIdentifierConverter } from '@peculiar/asn1-schema';
import { Attribute } from '@peculiar/asn1-x509';
import type { CertificatePolicy, KeyKind } from '../../../database/tables/enrollment.ts';

const EC = '1.2.840.10045.2.1';
const RSA = '1.2.840.113549.1.1.1';
const ED25519 = '1.3.101.112';

/** What EST tells of the key that is wanted: its kind, and its curve or bits. */
const KEYS: Readonly<Record<KeyKind, { type: string; curve?: string; bits?: number }>> = {
  EC_P256: { type: EC, curve: '1.2.840.10045.3.1.7' },
  EC_P384: { type: EC, curve: '1.3.132.0.34' },
  EC_P521: { type: EC, curve: '1.3.132.0.35' },
  ED25519: { type: ED25519 },
  RSA_2048: { type: RSA, bits: 2_048 },
  RSA_3072: { type: RSA, bits: 3_072 },
  RSA_4096: { type: RSA, bits: 4_096 },
};

const SEQUENCE = 0x30;

/** The CsrAttrs of RFC 7030, 4.5.2, in DER: what a request by this policy should have. */
export function csrAttributes({ keyKinds: [wanted] }: CertificatePolicy): Buffer {
  const { type, curve, bits } = KEYS[wanted!];
  const value =
    curve === undefined
      ? bits && AsnIntegerConverter.toASN(bits).toBER()
      : AsnObjectIdentifierConverter.toASN(curve).toBER();
  const item = value
    ? AsnConvert.serialize(new Attribute({ type, values: [value] }))
    : AsnObjectIdentifierConverter.toASN(type).toBER();
  // The first attribute alone is all there is: shorter than what needs more than one byte of length.
  return Buffer.concat([Buffer.from([SEQUENCE, item.byteLength]), Buffer.from(item)]);
}
