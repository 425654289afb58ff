import { z } from 'zod';
import { enteredText } from '../../shared/text.ts';

const name = enteredText(1, 128);
const description = enteredText(0, 512);
const color = enteredText(0, 16);

/** One target tag to create. */
export const TargetTagInput = z
  .object({
    name: z.preprocess((given) => given ?? '', name),
    description: description.nullish(),
    color: color.nullish(),
  })
  .transform((input) => ({
    name: input.name,
    description: input.description ?? null,
    color: input.color ?? null,
  }));
export interface TargetTagInput {
  name?: string | null | undefined;
  description?: string | null | undefined;
  color?: string | null | undefined;
}
export type NewTargetTag = z.output<typeof TargetTagInput>;

/** What an update may change: undefined keeps, null clears. */
export const TargetTagUpdate = z.object({
  id: z.number(),
  name: name.optional(),
  description: description.nullish(),
  color: color.nullish(),
});
export type TargetTagUpdate = z.input<typeof TargetTagUpdate>;
