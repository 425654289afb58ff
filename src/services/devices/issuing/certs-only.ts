import { X509Certificate } from 'node:crypto';
import * as cms from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import type { Certificate } from '@peculiar/asn1-x509';
import { bitString, der, EXPLICIT_0, enclose, identifier, SEQUENCE, SET } from './der.ts';

const SIGNED_DATA = identifier(cms.id_signedData);
const VERSION_1 = Buffer.from([0x02, 0x01, 0x01]);
const NOTHING = enclose(SET, []);
const NO_CONTENT = enclose(SEQUENCE, [identifier(cms.id_data)]);

/** Certificates, each in DER, in the form that EST sends them in: a PKCS#7 without content and signers, in DER. */
export const certsOnly = (certificates: readonly Uint8Array[]): Buffer =>
  enclose(SEQUENCE, [
    SIGNED_DATA,
    enclose(EXPLICIT_0, [
      enclose(SEQUENCE, [...[VERSION_1, NOTHING, NO_CONTENT], enclose(EXPLICIT_0, certificates), NOTHING]),
    ]),
  ]);

const MOST_READ = 10;

/** The certificates of such a PKCS#7; undefined where it is none, or has very many. */
export function readCertsOnly(bytes: Uint8Array): X509Certificate[] | undefined {
  try {
    const info = AsnConvert.parse(bytes, cms.ContentInfo);
    if (info.contentType !== cms.id_signedData) return undefined;
    const { certificates } = AsnConvert.parse(info.content, cms.SignedData);
    const found = [...(certificates ?? [])].flatMap(({ certificate }) => certificate ?? []);
    return found.length > MOST_READ ? undefined : found.map(asItCame);
  } catch {
    return undefined;
  }
}

/** What is signed of it must not be written anew. */
const asItCame = ({ tbsCertificateRaw, signatureAlgorithm, signatureValue }: Certificate) =>
  new X509Certificate(
    enclose(SEQUENCE, [
      new Uint8Array(tbsCertificateRaw!),
      der(signatureAlgorithm),
      bitString(new Uint8Array(signatureValue)),
    ]),
  );
