import { z } from 'zod';
import { enteredText } from '../../shared/text.ts';

const MOST = 2 ** 31 - 1;
const whole = (least: number) =>
  z
    .number()
    .refine(
      (n) => Number.isInteger(n) && n >= least && n <= MOST,
      `must be a whole number from ${least} to ${MOST}`,
    );

const description = enteredText(0, 512);
const color = enteredText(0, 16);

/** One software module type to create; `maxAssignments` says how many modules of it a distribution set takes. */
export const SoftwareModuleTypeInput = z
  .object({
    key: enteredText(1, 64),
    name: enteredText(1, 128),
    description: description.nullish(),
    color: color.nullish(),
    minArtifacts: whole(0).nullish(),
    maxAssignments: whole(1),
  })
  .transform(({ description, color, minArtifacts, ...rest }) => ({
    ...rest,
    description: description ?? null,
    color: color ?? null,
    minArtifacts: minArtifacts ?? 0,
  }));
export type SoftwareModuleTypeInput = z.input<typeof SoftwareModuleTypeInput>;
export type NewSoftwareModuleType = z.output<typeof SoftwareModuleTypeInput>;

/** What an update of a module type or a set type may change; the rest never changes. */
export const TypeUpdate = z.object({
  id: z.number(),
  description: description.nullish(),
  color: color.nullish(),
});
export type TypeUpdate = z.input<typeof TypeUpdate>;
