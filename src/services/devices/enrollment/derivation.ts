import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';

const KEY_BYTES = 32;
const MOST_KEY_BYTES = 128;
const SHOWN = 16;

/** A key in hexadecimal, as openssl takes it. */
export const DerivationKeyText = z
  .string()
  .regex(/^([0-9a-f]{2})*$/i, 'must be hexadecimal: two digits a byte')
  .refine((text) => text.length >= 2 * KEY_BYTES, `must have ${KEY_BYTES} bytes at least`)
  .refine((text) => text.length <= 2 * MOST_KEY_BYTES, `must have ${MOST_KEY_BYTES} bytes at most`)
  .transform((text) => text.toLowerCase());

export const newDerivationKey = (): string => randomBytes(KEY_BYTES).toString('hex');

/** Tells a key from others, and nothing else of it. */
export const fingerprintOf = (key: string): string => hash('sha256', Buffer.from(key, 'hex')).slice(0, SHOWN);

/** The key itself, from hexadecimal digits. */
export const derivationKeyOf = (digits: string): KeyObject => createSecretKey(digits, 'hex');

/** The token of a device: base64url(HMAC-SHA256(key, controllerId)), without padding. */
export const derivedToken = (key: KeyObject, controllerId: string): string =>
  createHmac('sha256', key).update(controllerId, 'utf8').digest('base64url');
