import * as asn1 from '@peculiar/asn1-x509';
import { REVOCATION_REASONS, type RevocationReason } from '../../../database/tables/issued-certificates.ts';
import { mapInTurns } from '../../shared/turns.ts';
import { bitString, der, EXPLICIT_0, enclose, extension, integer, SEQUENCE, time } from './der.ts';
import { signBytes } from './keys.ts';
import type { Issuer } from './sign.ts';

/** A certificate that must no longer be believed. */
export interface RevokedCertificate {
  serial: string;
  revokedAt: Date;
  reason: RevocationReason;
}

interface List {
  /** How often what it has was changed. */
  changes: number;
  thisUpdate: Date;
  nextUpdate: Date;
  revoked: readonly RevokedCertificate[];
}

const VERSION_2 = integer(Buffer.from([1]));

/** The list of revoked certificates of an issuer (RFC 5280, 5), in DER. A long one is built in turns with other work. */
export async function signRevocationList(
  { name, algorithm, authorityKeyId, key }: Issuer,
  { changes, thisUpdate, nextUpdate, revoked }: List,
): Promise<Buffer> {
  const entries = await mapInTurns(revoked, entryOf);
  const extensions = [...authorityKeyId, extension(asn1.id_ce_cRLNumber, numberOf(changes, thisUpdate))];
  const signed = enclose(SEQUENCE, [
    ...[VERSION_2, algorithm, name, time(thisUpdate), time(nextUpdate)],
    ...(entries.length ? [enclose(SEQUENCE, entries)] : []),
    enclose(EXPLICIT_0, [enclose(SEQUENCE, extensions)]),
  ]);
  return enclose(SEQUENCE, [signed, algorithm, bitString(await signBytes(key, signed))]);
}

const SECONDS_DIGITS = 8;

/**
 * The number of a list, greater than those of lists before it. RFC 5280 wants another one for each time of signing (5.2.3),
 * also where nothing has changed, and every process signs: so the time is a part of it, after the number of changes.
 */
function numberOf(changes: number, thisUpdate: Date): Buffer {
  const seconds = Math.floor(thisUpdate.getTime() / 1_000).toString(16);
  return integer(bytesOf(changes.toString(16) + seconds.padStart(SECONDS_DIGITS, '0')));
}

const bytesOf = (digits: string): Buffer => Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');

const entryOf = ({ serial, revokedAt, reason }: RevokedCertificate): Buffer =>
  enclose(SEQUENCE, [integer(bytesOf(serial)), time(revokedAt), ...TOLD_REASONS[reason]]);

/** The extensions of an entry. RFC 5280 wants none for `unspecified`. */
const TOLD_REASONS = Object.fromEntries(
  REVOCATION_REASONS.map((reason) => {
    const code = new asn1.CRLReason(asn1.CRLReasons[reason]);
    const told = enclose(SEQUENCE, [extension(asn1.id_ce_cRLReasons, der(code))]);
    return [reason, reason === 'unspecified' ? [] : [told]];
  }),
) as Record<RevocationReason, Buffer[]>;
