import { z } from 'zod';
import { HOOK_FAILURES } from '../../../database/tables/enrollment.ts';
import { parseDuration } from '../../platform/tenants/durations.ts';
import { plainText } from '../../shared/text.ts';

const USUAL_TIMEOUT_SECONDS = 3;
/** A device waits for so long, and its connection with it. */
const LONGEST_TIMEOUT_SECONDS = 10;

export const SetEnrollmentHook = z.object({
  groupId: z.number(),
  url: plainText(1, 2048).optional(),
  timeout: z
    .string()
    .transform((text) => parseDuration(text) ?? 0)
    .refine(
      (seconds) => seconds >= 1 && seconds <= LONGEST_TIMEOUT_SECONDS,
      `must be a duration from 1 to ${LONGEST_TIMEOUT_SECONDS} seconds`,
    )
    .optional(),
  onFailure: z.enum(HOOK_FAILURES).optional(),
  rotateSecret: z.boolean().optional(),
});
export type SetEnrollmentHook = z.input<typeof SetEnrollmentHook>;

/** What a new hook has unless told. */
export const HOOK_DEFAULTS = { timeoutSeconds: USUAL_TIMEOUT_SECONDS, onFailure: 'wait' } as const;
