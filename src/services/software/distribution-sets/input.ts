import { z } from 'zod';
import { FILTER_LENGTH } from '../../fleet/target-filters/input.ts';
import { listOf } from '../../shared/rows.ts';
import { enteredText, plainText } from '../../shared/text.ts';

const name = enteredText(1, 128);
const version = enteredText(1, 64);
const description = enteredText(0, 512);
/** Which targets it is for. */
const targetFilter = plainText(1, FILTER_LENGTH).nullish();

/**
 * One distribution set to create; `type` is the key of its type, which `typeId` may name instead. The tenant's default
 * one where both are missing.
 */
export const DistributionSetInput = z
  .object({
    type: enteredText(0, 64).nullish(),
    typeId: z.number().optional(),
    name,
    version,
    description: description.nullish(),
    requiredMigrationStep: z.boolean().nullish(),
    locked: z.boolean().nullish(),
    moduleIds: listOf(z.number()).nullish(),
    targetFilter,
  })
  .transform(({ type, description, requiredMigrationStep, locked, moduleIds, targetFilter, ...rest }) => ({
    ...rest,
    type: type || undefined,
    description: description ?? null,
    requiredMigrationStep: requiredMigrationStep ?? false,
    locked: locked ?? false,
    moduleIds: [...new Set(moduleIds)],
    targetFilter: targetFilter ?? null,
    /** Nothing was said of it, so that it may be filled from what the files say. */
    fillsTargetFilter: targetFilter === undefined,
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
  targetFilter,
});
export type DistributionSetUpdate = z.input<typeof DistributionSetUpdate>;

export const MOST_MODULES = 100;
