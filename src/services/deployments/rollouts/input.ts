import { z } from 'zod';
import { FORCE_TYPES } from '../../../database/tables/actions.ts';
import { SUCCESS_ACTIONS } from '../../../database/tables/rollouts.ts';
import { FILTER_LENGTH } from '../../fleet/target-filters/input.ts';
import { listOf } from '../../shared/rows.ts';
import { enteredText, plainText } from '../../shared/text.ts';
import { ActionOptions } from '../assignments/input.ts';

const name = enteredText(1, 128);
const description = enteredText(0, 512);
const percent = z
  .number()
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(100, 'must be at most 100');

/** When a group counts as done, or as failed, and what then; what is missing is as the rollout, or else the default, has it. */
const GroupConditions = z.object({
  successThreshold: percent.nullish(),
  successAction: z.enum(SUCCESS_ACTIONS).nullish(),
  successActionExpression: plainText(0, 512).nullish(),
  errorThreshold: percent.nullish(),
  errorActionExpression: plainText(0, 512).nullish(),
});
export type GroupConditions = z.output<typeof GroupConditions>;

/** One group by definition. */
const GroupInput = GroupConditions.extend({
  name,
  description: description.nullish(),
  /** Which of the rollout's targets; any where it is missing. */
  filter: plainText(0, FILTER_LENGTH).nullish(),
  percentage: z.number().gt(0, 'must be greater than 0').max(100, 'must be at most 100').nullish(),
  confirmationRequired: z.boolean().nullish(),
});
export type GroupInput = z.output<typeof GroupInput>;

export const RolloutInput = GroupConditions.extend({
  name: z.preprocess((text) => text ?? '', name),
  description: description.nullish(),
  distributionSetId: z.number(),
  filter: plainText(0, FILTER_LENGTH),
  forceType: z.enum(FORCE_TYPES).nullish(),
  forcedAt: ActionOptions.shape.forcedAt,
  weight: ActionOptions.shape.weight,
  startAt: z.date('must be a time').nullish(),
  /** Into how many groups of the same size, one unless told; not together with `groups`. */
  groupCount: z.number().int('must be a whole number').min(0, 'must be at least 1').nullish(),
  groups: listOf(GroupInput).min(1, 'must have at least one group').nullish(),
  dynamic: z.boolean().nullish(),
  /** Of the groups that take in targets which appear later. */
  dynamicGroup: z
    .object({
      nameSuffix: enteredText(0, 64).nullish(),
      targetCount: z
        .number()
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .max(1_000_000, 'must be at most 1,000,000'),
    })
    .nullish(),
  /** Whether devices are asked before; as the tenant is set where it is missing. */
  confirmationRequired: z.boolean().nullish(),
  /** Whether it also takes in targets that the set is not for. */
  ignoreTargetFilter: z.boolean().nullish(),
});
export type RolloutInput = z.input<typeof RolloutInput>;
export type NewRollout = z.output<typeof RolloutInput>;

/** What an update may change. What is missing stays, null clears. */
export const RolloutUpdate = z.object({
  id: z.number(),
  name: name.optional(),
  description: description.nullish(),
});
export type RolloutUpdate = z.input<typeof RolloutUpdate>;

export const DecideRollout = z.object({
  id: z.number(),
  approved: z.boolean(),
  remark: plainText(0, 255).nullish(),
});
export type DecideRollout = z.input<typeof DecideRollout>;
