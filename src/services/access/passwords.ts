import { randomBytes, timingSafeEqual } from 'node:crypto';
import { tooManySignIns } from '../../errors.ts';
import { openFairQueue, type Turn } from '../shared/fair-queue.ts';
import { PASSWORD_COSTS, type PasswordCosts } from './password-costs.ts';
import { deriveApart } from './password-threads.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;

const ENCODED = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;

/** The turn of callers that have no name. */
const SOMEBODY: Turn = { name: '' };

/** A hash of a password, as text that also tells its salt and costs: `$scrypt$ln=15,r=8,p=1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return encode(salt, await inTurn(SOMEBODY, () => scryptOf(password, salt, HASH_BYTES, PASSWORD_COSTS)));
}

/**
 * Whether the hash was made of this password. Takes the same time whatever the answer. `turn` says for whom it is done. A
 * hash that has to be looked up is so in its turn: what is refused costs no look-up, and none gets old while it waits.
 * @throws SIGN_IN_UNAVAILABLE while too many others wait, as hashPassword does
 */
export async function verifyPassword(
  password: string,
  encoded: string | (() => Promise<string>),
  turn: Turn = SOMEBODY,
): Promise<boolean> {
  return inTurn(turn, async () =>
    isMadeOf(password, typeof encoded === 'string' ? encoded : await encoded()),
  );
}

async function isMadeOf(password: string, encoded: string): Promise<boolean> {
  const [, ln, r, p, salt, hash] = ENCODED.exec(encoded) ?? [];
  if (!salt || !hash) throw new Error('a stored password hash cannot be read');
  const expected = Buffer.from(hash, 'base64');
  const costs = { ln: Number(ln), r: Number(r), p: Number(p) };
  const actual = await scryptOf(password, Buffer.from(salt, 'base64'), expected.length, costs);
  return timingSafeEqual(actual, expected);
}

/** The hash of no password: for accounts that don't exist, so that refusing them takes as long. */
export const NO_PASSWORD = encode(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

function encode(salt: Buffer, hash: Buffer): string {
  const { ln, r, p } = PASSWORD_COSTS;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

function scryptOf(
  password: string,
  salt: Buffer,
  length: number,
  { ln, r, p }: PasswordCosts,
): Promise<Buffer> {
  const N = 2 ** ln;
  // Node's limit of 32 MiB is just what N=2^15 needs, without the little that comes on top.
  const options = { N, r, p, maxmem: 128 * r * (N + p) + (1 << 20) };
  return deriveApart({ password, salt, length, options });
}

/** What waits is some seconds' work. */
const inTurn = openFairQueue(2, { ofOne: 20, ofAll: 200, refusal: tooManySignIns });
