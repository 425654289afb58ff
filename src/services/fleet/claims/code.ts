import { hash, randomInt } from 'node:crypto';

/** Without I, L, O and U, which are read as other letters or digits (Crockford's Base32): people type codes. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 125 random bits, so that a plain digest of them is enough. */
const LENGTH = 25;
const IN_A_GROUP = 5;
const CODE = new RegExp(
  `^([${ALPHABET}]{1,11})-((?:[${ALPHABET}]{${IN_A_GROUP}}-?){${LENGTH / IN_A_GROUP}})$`,
);

/** Before the secret stands the number of the tenant, so that a code is looked for among that tenant's only. */
export function newClaimCode(tenantId: number): string {
  const secret = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return [numberText(tenantId), ...secret.match(new RegExp(`.{${IN_A_GROUP}}`, 'g'))!].join('-');
}

/** What a code says, however it is typed; undefined for what can't be one. */
export function readClaimCode(text: string): { tenantId: number; digest: string } | undefined {
  const typed = text.trim().toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  const match = CODE.exec(typed);
  if (!match) return undefined;
  return { tenantId: numberOf(match[1]!), digest: digestOfSecret(match[2]!.replaceAll('-', '')) };
}

/** What is stored of a code that was just made. */
export const claimCodeDigest = (code: string): string => readClaimCode(code)!.digest;

const digestOfSecret = (secret: string): string => hash('sha256', secret);

function numberText(number: number): string {
  let text = '';
  for (let rest = number; text === '' || rest > 0; rest = Math.floor(rest / ALPHABET.length))
    text = ALPHABET[rest % ALPHABET.length] + text;
  return text;
}

/** Beyond 2 ** 53 no tenant has such a number. */
const numberOf = (text: string): number =>
  Math.min(
    [...text].reduce((number, digit) => number * ALPHABET.length + ALPHABET.indexOf(digit), 0),
    Number.MAX_SAFE_INTEGER,
  );
