import { z } from 'zod';
import { listOf } from '../../shared/rows.ts';
import { enteredText } from '../../shared/text.ts';

const KEY_LENGTH = 64;
const NAME_LENGTH = 128;

const description = enteredText(0, 512);
const color = enteredText(0, 16);

/** One target type to create. Key and name stand in for each other; both are empty where neither is given. */
export const TargetTypeInput = z
  .object({
    key: enteredText(0, KEY_LENGTH).nullish(),
    name: enteredText(0, NAME_LENGTH).nullish(),
    description: description.nullish(),
    color: color.nullish(),
    compatibleDistributionSetTypeIds: listOf(z.number()).nullish(),
  })
  .transform((input) => ({
    key: input.key || input.name || '',
    name: input.name || input.key || '',
    description: input.description ?? null,
    color: input.color ?? null,
    compatibleDistributionSetTypeIds: input.compatibleDistributionSetTypeIds ?? [],
  }))
  .refine(({ key }) => key.length <= KEY_LENGTH, {
    path: ['key'],
    message: `is needed, as a name of more than ${KEY_LENGTH} characters cannot stand in for it`,
  });
export type TargetTypeInput = z.input<typeof TargetTypeInput>;
export type NewTargetType = z.output<typeof TargetTypeInput>;

/** What an update may change: undefined keeps, null clears. The key can't change. */
export const TargetTypeUpdate = z.object({
  id: z.number(),
  name: enteredText(1, NAME_LENGTH).optional(),
  description: description.nullish(),
  color: color.nullish(),
});
export type TargetTypeUpdate = z.input<typeof TargetTypeUpdate>;
