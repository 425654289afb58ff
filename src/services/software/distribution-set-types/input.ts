import { z } from 'zod';
import { listOf } from '../../shared/rows.ts';
import { enteredText } from '../../shared/text.ts';

/** One distribution set type to create, with the module types its sets must or may have. */
export const DistributionSetTypeInput = z
  .object({
    key: enteredText(1, 64),
    name: enteredText(1, 128),
    description: enteredText(0, 512).nullish(),
    color: enteredText(0, 16).nullish(),
    mandatoryModuleTypeIds: listOf(z.number()).nullish(),
    optionalModuleTypeIds: listOf(z.number()).nullish(),
  })
  .transform(({ description, color, mandatoryModuleTypeIds, optionalModuleTypeIds, ...rest }) => ({
    ...rest,
    description: description ?? null,
    color: color ?? null,
    mandatoryModuleTypeIds: mandatoryModuleTypeIds ?? [],
    optionalModuleTypeIds: optionalModuleTypeIds ?? [],
  }));
export type DistributionSetTypeInput = z.input<typeof DistributionSetTypeInput>;
export type NewDistributionSetType = z.output<typeof DistributionSetTypeInput>;

export const MOST_MODULE_TYPES = 50;
