import { z } from 'zod';
import { invalid } from '../../../errors.ts';
import { selectionFields } from '../../shared/selection.ts';
import { generateToken, Overlap, SecurityToken, TargetFields, type TargetKey } from '../targets/input.ts';

const expiresAt = z.date().nullish();

export const CreateClaimCode = z.object({ expiresAt });
export type CreateClaimCode = z.input<typeof CreateClaimCode> & TargetKey;

/** What a job takes: the code was made before, and nothing but its digest is stored. */
export const ReleaseTargets = z.object({
  ...selectionFields,
  digest: z.string(),
  expiresAt: z.coerce.date(),
  dryRun: z.boolean().nullish(),
});
export type ReleaseTargets = z.output<typeof ReleaseTargets>;

export const EndClaimCodes = z.object({ ...selectionFields, dryRun: z.boolean().nullish() });
export type EndClaimCodes = z.input<typeof EndClaimCodes>;

/** How long what the device signs in with at its former owner still works, unless given: the device may be on its way. */
const USUAL_OVERLAP = 'P30D';

const { targetTypeId, group } = TargetFields.shape;
export const ClaimTarget = z.object({
  code: z.string().max(128, 'must have at most 128 characters'),
  /** Which target, where the code is for several. */
  controllerId: z.string().nullish(),
  group,
  targetTypeId,
  securityToken: SecurityToken.nullish().transform((token) => token ?? generateToken()),
  overlap: z.preprocess((given) => given ?? USUAL_OVERLAP, Overlap),
});
export type ClaimTarget = Partial<Record<keyof z.input<typeof ClaimTarget>, unknown>> & { code: string };

/** Each takes a dozen statements, in one transaction. */
export const MOST_CLAIMED = 100;

export const ClaimTargets = ClaimTarget.pick({
  code: true,
  group: true,
  targetTypeId: true,
  overlap: true,
}).extend({
  controllerIds: z
    .array(z.string())
    .min(1, 'must name one at least')
    .max(MOST_CLAIMED, `must be at most ${MOST_CLAIMED}`)
    // In one order, so that two calls don't wait for each other.
    .transform((names) => [...new Set(names)].sort()),
});
export type ClaimTargets = Partial<Record<keyof z.input<typeof ClaimTargets>, unknown>> & { code: string };

const DAY_MS = 86_400_000;
/** Of a code that no other time is given for. */
const USUAL_DAYS = 7;
const MOST_DAYS = 366;

/** When a code expires. @throws INVALID_INPUT for a time that has passed, or is more than a year ahead */
export function expiryOf(now: Date, given: Date | null | undefined): Date {
  const at = given ?? new Date(now.getTime() + USUAL_DAYS * DAY_MS);
  const ahead = at.getTime() - now.getTime();
  if (!(ahead > 0 && ahead <= MOST_DAYS * DAY_MS))
    throw invalid(`expiresAt: must be in the future, and at most ${MOST_DAYS} days ahead`, ['expiresAt']);
  return at;
}
