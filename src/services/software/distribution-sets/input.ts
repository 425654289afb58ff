import { z } from 'zod';
import { listOf } from '../../shared/rows.ts';
import { enteredText } from '../../shared/text.ts';

const name = enteredText(1, 128);
const version = enteredText(1, 64);
const description = enteredText(0, 512);

/** One distribution set to create; `type` is the key of its type, the tenant's default one where it is missing. */
export const DistributionSetInput = z
  .object({
    type: enteredText(0, 64).nullish(),
    name,
    version,
    description: description.nullish(),
    requiredMigrationStep: z.boolean().nullish(),
    locked: z.boolean().nullish(),
    moduleIds: listOf(z.number()).nullish(),
  })
  .transform(({ type, description, requiredMigrationStep, locked, moduleIds, ...rest }) => ({
    ...rest,
    type: type || undefined,
    description: description ?? null,
    requiredMigrationStep: requiredMigrationStep ?? false,
    locked: locked ?? false,
    moduleIds: [...new Set(moduleIds)],
  }));
export type DistributionSetInput = z.input<typeof DistributionSetInput>;
export type NewDistributionSet = z.output<typeof DistributionSetInput>;

/** What an update may change; the type never changes. */
export const DistributionSetUpdate = z.object({
  id: z.number(),
  name: name.optional(),
  version: version.optional(),
  description: description.nullish(),
  requiredMigrationStep: z.boolean().optional(),
  locked: z.boolean().optional(),
});
export type DistributionSetUpdate = z.input<typeof DistributionSetUpdate>;

export const MOST_MODULES = 100;
