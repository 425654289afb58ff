import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseDuration } from '../../platform/tenants/durations.ts';
import {
  cutText,
  enteredText,
  isPathSegment,
  SEGMENT_RULE,
  tokenText,
  trimmedText,
} from '../../shared/text.ts';

const NAME_LENGTH = 128;

/** White space as hawkBit's rule has it: of ASCII only. */
export const controllerId = enteredText(1, 256)
  .refine((id) => !/[ \t\n\v\f\r]/.test(id), 'must hold no white space')
  .refine(isPathSegment, SEGMENT_RULE);
const name = enteredText(1, NAME_LENGTH);
const description = enteredText(0, 512);
const securityToken = tokenText(1, 128);
const address = trimmedText(0, 512);
const targetTypeId = z.number().int();

/** The name of a target that was given none. */
export const defaultName = (controllerId: string): string => cutText(controllerId, NAME_LENGTH);

/** What may be given of a target to create. */
export const TargetFields = z.object({
  controllerId: z.preprocess((id) => id ?? '', controllerId),
  name: enteredText(0, NAME_LENGTH).nullish(),
  description: description.nullish(),
  address: address.nullish(),
  securityToken: tokenText(0, 128).nullish(),
  requestAttributes: z.boolean().nullish(),
  targetTypeId: targetTypeId.nullish(),
  group: enteredText(0, 256).nullish(),
});

/** One target to create. An empty name or token counts as none, as in hawkBit. */
export const TargetInput = TargetFields.transform((input) => ({
  controllerId: input.controllerId,
  name: input.name || defaultName(input.controllerId),
  description: input.description ?? null,
  address: input.address || null,
  securityToken: input.securityToken || generateToken(),
  requestAttributes: input.requestAttributes ?? true,
  targetTypeId: input.targetTypeId ?? null,
  group: input.group || null,
}));
export type TargetInput = z.input<typeof TargetInput>;
export type NewTarget = z.output<typeof TargetInput>;

/** Which target: by its id, or by its name on the wire. */
export const TargetKey = z.union([z.object({ id: z.number() }), z.object({ controllerId: z.string() })]);
export type TargetKey = z.output<typeof TargetKey>;

/** What an update may change: undefined keeps, null clears. */
export const TargetUpdate = z.object({
  name: name.optional(),
  description: description.nullish(),
  address: address.nullish(),
  securityToken: securityToken.optional(),
  requestAttributes: z
    .boolean()
    .refine((asked) => asked, 'can only be set to true: the device ends the request by answering it')
    .optional(),
  targetTypeId: targetTypeId.nullish(),
  group: enteredText(0, 256).nullish(),
});
export type TargetUpdate = z.input<typeof TargetUpdate> & TargetKey;

export const SecurityToken = securityToken;

const LONGEST_OVERLAP = 366 * 86_400;
/** How long an old token works beside its successor: a duration, which becomes seconds. */
export const Overlap = z
  .string()
  .nullish()
  .transform((text) => (text == null ? 0 : (parseDuration(text) ?? -1)))
  .refine((seconds) => seconds >= 0 && seconds <= LONGEST_OVERLAP, 'must be a duration, at most a year');

const TOKEN_BYTES = 16;
/** Random bytes in store, as drawing a few costs as much as drawing many. */
let store = Buffer.alloc(0);

/** A security token: 32 hexadecimal digits, 128 random bits. */
export function generateToken(): string {
  if (!store.length) store = randomBytes(256 * TOKEN_BYTES);
  const token = store.toString('hex', 0, TOKEN_BYTES);
  store = store.subarray(TOKEN_BYTES);
  return token;
}
