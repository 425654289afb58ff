import { z } from 'zod';
import { type CertificatePolicy, KEY_KINDS } from '../../../database/tables/enrollment.ts';
import { invalid } from '../../../errors.ts';
import { plainText } from '../../shared/text.ts';
import { matcherOf } from '../enrollment/patterns.ts';
import type { SigningRequest } from './signing-request.ts';

const MOST_DAYS = 3_650;
const MOST_PATTERNS = 20;

const days = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be 1 at least')
  .max(MOST_DAYS, `must be at most ${MOST_DAYS}`);

/** What may be said of the certificates of a group. */
export const CertificatePolicyInput = z
  .object({
    lifetimeDays: days.default(365),
    renewalDays: days.default(30),
    keyKinds: z
      .array(z.enum(KEY_KINDS))
      .min(1, 'must name one at least')
      .transform((kinds) => [...new Set(kinds)])
      .default(['EC_P256', 'EC_P384']),
    alternativeNames: z
      .array(
        plainText(1, 256).refine(
          (text) => /^(DNS|IP|URI|EMAIL):./.test(text),
          'must begin with DNS:, IP:, URI: or EMAIL:',
        ),
      )
      .max(MOST_PATTERNS, `must be at most ${MOST_PATTERNS}`)
      .transform((list) => [...new Set(list)])
      .default([]),
  })
  .refine(({ renewalDays, lifetimeDays }) => renewalDays <= lifetimeDays, {
    message: 'must be no more than the lifetime',
    path: ['renewalDays'],
  });

const refuse = (rule: string) => invalid(`request: ${rule}`, ['request']);

/** Which alternative names a device may have. A `*` in its controllerId would stand for others. */
export const isAllowedName = (
  { alternativeNames }: Pick<CertificatePolicy, 'alternativeNames'>,
  controllerId: string,
) => matcherOf(alternativeNames.flatMap((pattern) => patternFor(pattern, controllerId)));

/** Checks that a device may get a certificate for what it asks. @throws INVALID_INPUT */
export function requireAllowed(
  policy: CertificatePolicy,
  { keyKind, names }: Pick<SigningRequest, 'keyKind' | 'names'>,
  controllerId: string,
): void {
  const { keyKinds } = policy;
  if (!keyKinds.includes(keyKind))
    throw refuse(`its key must be of ${keyKinds.join(' or ')}, and is of ${keyKind}`);
  const isAllowed = isAllowedName(policy, controllerId);
  for (const { text } of names)
    if (text === undefined || !isAllowed(text))
      throw refuse(
        `its alternative name ${text === undefined ? '' : `'${text.slice(0, 256)}' `}is not allowed`,
      );
}

const OWN = '{controllerId}';

const patternFor = (pattern: string, controllerId: string): string[] =>
  pattern.includes(OWN) && controllerId.includes('*') ? [] : [pattern.replaceAll(OWN, () => controllerId)];

/**
 * Checks a request that is passed on as it is: whoever signs it may heed all that is in it.
 * @throws INVALID_INPUT
 */
export function requireExact(
  { commonNames, others }: Pick<SigningRequest, 'commonNames' | 'others'>,
  controllerId: string,
): void {
  if (commonNames.length !== 1 || commonNames[0] !== controllerId)
    throw refuse(`its subject must be CN=${controllerId}: another server signs it as it is`);
  if (others.length) throw refuse(`must not ask for ${others[0]}: another server signs it as it is`);
}
