import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { secretKeyMissing } from '../../errors.ts';

/**
 * Secrets that must be read again, as the database has them: `§1:<id of the key>:<digest>:<nonce, text and tag>`. The
 * digest is there for tokens only, so that they are found and compared without being decrypted. No token begins like
 * this, because tokens are printable ASCII.
 */
const SEALED = '§1:';
const KEY_ID_LENGTH = 8;
const DIGEST_AT = SEALED.length + KEY_ID_LENGTH + 1;
const DIGEST_LENGTH = 64;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The id of the key of a text that was stored plain although it begins like a sealed one. */
const PLAIN = 'plain:::';

/** What turns secrets into what is stored, and back. Without a key both are the same text. */
export interface Secrets {
  /** The id of the key that secrets are encrypted with now; undefined where they are stored plain. */
  keyId: string | undefined;
  /** The ids of all keys that are known. */
  keyIds: readonly string[];
  seal(text: string): string;
  /** The same for a token of a device: its digest can be read without the key. */
  sealToken(token: string): string;
  /** @throws UNAVAILABLE where the key is not known here, or the text was changed */
  open(stored: string): string;
  /** The condition that a column has something that would be stored in another way now. */
  isOutdated(column: SQLWrapper): SQL;
}

/** Says which key it is, and nothing else of it. */
const keyIdOf = (key: Buffer): string =>
  hash('sha256', Buffer.concat([Buffer.from('muster key id '), key])).slice(0, KEY_ID_LENGTH);

/** Opens the cipher. `key` encrypts, the others only decrypt. */
export function openSecrets(key: Buffer | undefined, others: readonly Buffer[] = []): Secrets {
  const keys = new Map([...(key ? [key] : []), ...others].map((one) => [keyIdOf(one), one]));
  const keyId = key && keyIdOf(key);
  const seal = (text: string, digest: string) => {
    if (!key) return text.startsWith(SEALED) ? `${SEALED}${PLAIN}:${text}` : text;
    const head = `${SEALED}${keyId}:${digest}:`;
    return head + encrypt(key, head, text);
  };
  const open = (stored: string) => {
    if (!isSealed(stored)) return stored;
    const { id, head, body } = partsOf(stored);
    if (id === PLAIN) return body;
    const known = keys.get(id);
    const text = known && decrypt(known, head, body);
    if (text === undefined) throw secretKeyMissing(id);
    return text;
  };
  return {
    keyId,
    keyIds: [...keys.keys()],
    seal: (text) => seal(text, ''),
    sealToken: (token) => seal(token, hash('sha256', token)),
    open,
    isOutdated: (column) =>
      keyId
        ? sql`NOT ${sealedWith(column, keyId)}`
        : sql`(starts_with(${column}, ${SEALED}) AND NOT starts_with(${column}, ${`${SEALED}${PLAIN}`}))`,
  };
}

/** The condition that a column has something encrypted with that key. */
export const sealedWith = (column: SQLWrapper, keyId: string): SQL =>
  sql`starts_with(${column}, ${`${SEALED}${keyId}:`})`;

const isSealed = (stored: string) => stored.startsWith(SEALED);

function partsOf(stored: string) {
  const id = stored.slice(SEALED.length, DIGEST_AT - 1);
  const bodyAt = id === PLAIN ? DIGEST_AT : stored.indexOf(':', DIGEST_AT) + 1;
  return { id, head: stored.slice(0, bodyAt), body: stored.slice(bodyAt) };
}

function encrypt(key: Buffer, head: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(head));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  );
}

/** Undefined where it was not encrypted like this with that key. */
function decrypt(key: Buffer, head: string, body: string): string | undefined {
  const bytes = Buffer.from(body, 'base64');
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(head))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + cipher.final('utf8');
  } catch {
    return undefined;
  }
}

/** The digest of a stored token, in hexadecimal. */
export const storedTokenDigest = (stored: string): string =>
  isSealed(stored) ? stored.slice(DIGEST_AT, DIGEST_AT + DIGEST_LENGTH) : hash('sha256', stored);

/**
 * The same of a column. By the cast, with its backslashes doubled, as `convert_to` isn't immutable: some engines with
 * shards take nothing else in CASE.
 */
export const storedTokenDigestOf = (column: SQLWrapper): SQL =>
  sql`CASE WHEN starts_with(${column}, ${sql.raw(`'${SEALED}'`)})
    THEN substr(${column}, ${sql.raw(String(DIGEST_AT + 1))}, ${sql.raw(String(DIGEST_LENGTH))})
    ELSE encode(sha256(replace(${column}, '\\', '\\\\')::bytea), 'hex') END`;
