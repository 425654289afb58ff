import { describe, expect, it } from 'vitest';
import {
  digestOf,
  isDigestOf,
  newSecret,
  readKey,
  writeKey,
} from '../../../../src/services/access/api-keys/key.ts';

const parts = { tenantId: 3, id: 42, secret: newSecret() };
const key = writeKey(parts);

describe('an API key', () => {
  it('tells what it is, and which', () => {
    expect(key).toMatch(/^muster_3_42_[0-9A-Za-z]{49}$/);
    expect(readKey(key)).toEqual(parts);
  });

  it('ends in a checksum that any other program can work out: CRC-32 to the base of 62', () => {
    const known = writeKey({ tenantId: 1, id: 1, secret: 'A'.repeat(43) });
    expect(known).toBe(`muster_1_1_${'A'.repeat(43)}4FvObm`);
  });

  it('is no key any more with one character changed, missing or added', () => {
    for (let at = 0; at < key.length; at++) {
      const other = key[at] === '1' ? '2' : '1';
      expect(readKey(key.slice(0, at) + other + key.slice(at + 1)), `at ${at}`).toBeUndefined();
      expect(readKey(key.slice(0, at) + key.slice(at + 1)), `without ${at}`).toBeUndefined();
    }
    expect(readKey(`${key}0`)).toBeUndefined();
    expect(readKey('')).toBeUndefined();
  });

  it('has no secret twice', () => {
    expect(new Set(Array.from({ length: 100 }, newSecret)).size).toBe(100);
  });

  it('is known by the digest of its secret', () => {
    const digest = digestOf(parts.secret);
    expect(digest).not.toContain(parts.secret);
    expect(isDigestOf(digest, parts.secret)).toBe(true);
    expect(isDigestOf(digest, newSecret())).toBe(false);
  });
});
