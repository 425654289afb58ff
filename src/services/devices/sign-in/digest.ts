import { hash } from 'node:crypto';
import { storedTokenDigest } from '../../shared/secrets.ts';

/** A token's digest. Kept instead of the token, in a form that takes 32 bytes. */
export const tokenDigest = (token: string): string => hash('sha256', token, 'binary');

/** The same from the hexadecimal digits that the database has. */
export const digestFromHex = (digits: string): string => Buffer.from(digits, 'hex').toString('latin1');

/** The same of a token as it is stored, which may be encrypted. */
export const digestOfStored = (stored: string): string => digestFromHex(storedTokenDigest(stored));
