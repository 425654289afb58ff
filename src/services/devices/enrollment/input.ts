import { z } from 'zod';
import { APPLIES_TO } from '../../../database/tables/enrollment.ts';
import { Overlap } from '../../fleet/targets/input.ts';
import { enteredText, plainText } from '../../shared/text.ts';
import { CertificatePolicyInput } from '../issuing/policy.ts';

/** Every process keeps them of every tenant whose devices it meets. */
export const MOST_PATTERNS = 1_000;
const MOST_ATTRIBUTES = 100;
const MOST_TAGS = 100;
const MOST_REGISTRATIONS = 2 ** 31 - 1;

const name = enteredText(1, 128);
const patterns = z
  .array(plainText(1, 256))
  .max(MOST_PATTERNS, `must be at most ${MOST_PATTERNS}`)
  .transform((list) => [...new Set(list)]);

/** The fields of a group, new or not. */
const GroupFields = z.object({
  description: enteredText(0, 512).nullish(),
  expiresAt: z.date().nullish(),
  registrationLimit: z
    .number()
    .int('must be a whole number')
    .min(0, 'must not be negative')
    .max(MOST_REGISTRATIONS, `must be at most ${MOST_REGISTRATIONS}`)
    .nullish(),
  allowedControllerIds: patterns.optional(),
  deniedControllerIds: patterns.optional(),
  appliesTo: z.enum(APPLIES_TO).optional(),
  requiresApproval: z.boolean().optional(),
  certificateAuthorityId: z.number().nullish(),
  targetTypeId: z.number().nullish(),
  targetGroup: enteredText(0, 256)
    .transform((group) => group || null)
    .nullish(),
  attributes: z
    .array(z.object({ key: z.string(), value: z.string() }))
    .max(MOST_ATTRIBUTES, `must be at most ${MOST_ATTRIBUTES}`)
    .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])))
    .optional(),
  certificatePolicy: CertificatePolicyInput.nullish(),
  tagIds: z.array(z.number()).max(MOST_TAGS, `must be at most ${MOST_TAGS}`).optional(),
});

export const CreateEnrollmentGroup = GroupFields.extend({
  name,
  tokenExpiresAt: z.date().nullish(),
}).transform(({ tokenExpiresAt, tagIds, ...group }) => ({
  tokenExpiresAt: tokenExpiresAt ?? null,
  tagIds: tagIds ?? [],
  group: {
    name: group.name,
    description: group.description ?? null,
    expiresAt: group.expiresAt ?? null,
    registrationLimit: group.registrationLimit ?? null,
    allowedControllerIds: group.allowedControllerIds ?? [],
    deniedControllerIds: group.deniedControllerIds ?? [],
    appliesTo: group.appliesTo ?? ('registered' as const),
    requiresApproval: group.requiresApproval ?? false,
    certificateAuthorityId: group.certificateAuthorityId ?? null,
    targetTypeId: group.targetTypeId ?? null,
    targetGroup: group.targetGroup ?? null,
    attributes: group.attributes ?? {},
    certificatePolicy: group.certificatePolicy ?? null,
  },
}));
export type CreateEnrollmentGroup = z.input<typeof CreateEnrollmentGroup>;

/** What an update may change. */
export const UpdateEnrollmentGroup = GroupFields.extend({
  id: z.number(),
  name: name.optional(),
});
export type UpdateEnrollmentGroup = z.input<typeof UpdateEnrollmentGroup>;

export const RotateEnrollmentToken = z.object({
  groupId: z.number(),
  overlap: Overlap,
  expiresAt: z.date().nullish(),
});
export type RotateEnrollmentToken = z.input<typeof RotateEnrollmentToken>;
