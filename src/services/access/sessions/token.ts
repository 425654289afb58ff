import type { KeyParts } from '../api-keys/key.ts';

const TOKEN = /^([1-9]\d{0,14})\.([1-9]\d{0,14})\.([0-9A-Za-z]{43})$/;

export const writeSessionToken = ({ tenantId, id, secret }: KeyParts): string =>
  `${tenantId}.${id}.${secret}`;

/** Undefined if the text can't be one. */
export function readSessionToken(token: string): KeyParts | undefined {
  const match = TOKEN.exec(token);
  return match ? { tenantId: Number(match[1]), id: Number(match[2]), secret: match[3]! } : undefined;
}
