import { hash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { randomText } from '../../shared/random-text.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62 ** 43 is more than 2 ** 256. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

const KEY = /^muster_([1-9]\d{0,14})_([1-9]\d{0,14})_([0-9A-Za-z]{43})[0-9A-Za-z]{6}$/;

export interface KeyParts {
  tenantId: number;
  id: number;
  secret: string;
}

export const newSecret = (): string => randomText(SECRET_LENGTH);

/** What of a key is no secret: that it is one of Muster's, of which tenant, and which. */
export const prefixOf = ({ tenantId, id }: Omit<KeyParts, 'secret'>): string => `muster_${tenantId}_${id}`;

/** The key as it is shown. Its last six characters are a checksum, so that scanners for secrets can be sure. */
export function writeKey(parts: KeyParts): string {
  const text = `${prefixOf(parts)}_${parts.secret}`;
  return text + checksumOf(text);
}

export const looksLikeKey = (token: string): boolean => token.startsWith('muster_');

/** Undefined if the text can't be one. */
export function readKey(token: string): KeyParts | undefined {
  const match = KEY.exec(token);
  if (!match || token.slice(-CHECKSUM_LENGTH) !== checksumOf(token.slice(0, -CHECKSUM_LENGTH)))
    return undefined;
  return { tenantId: Number(match[1]), id: Number(match[2]), secret: match[3]! };
}

/** What is stored of a secret. A fast hash is enough: nobody can guess 256 random bits. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex');

export const isDigestOf = (digest: string, secret: string): boolean =>
  timingSafeEqual(Buffer.from(digest, 'hex'), Buffer.from(digestOf(secret), 'hex'));

/** CRC-32 in six digits to the base of 62. */
function checksumOf(text: string): string {
  let checksum = '';
  for (let rest = crc32(text); checksum.length < CHECKSUM_LENGTH; rest = Math.floor(rest / DIGITS.length))
    checksum = DIGITS[rest % DIGITS.length] + checksum;
  return checksum;
}
