import { z } from 'zod';
import { checkFilter, FILTER_LENGTH } from '../../fleet/target-filters/input.ts';
import { enteredText, plainText } from '../../shared/text.ts';
import { ActionOptions } from '../assignments/input.ts';

export { checkFilter };

/** What is assigned, and how. */
export const AutoAssignmentOptions = ActionOptions.pick({
  forceType: true,
  weight: true,
  confirmationRequired: true,
}).extend({
  distributionSetId: z.number(),
  /** When it starts; as soon as possible if missing. */
  startAt: z.date('must be a time').nullish(),
  /** Whether it also reaches targets that the set is not for. */
  ignoreTargetFilter: z.boolean().nullish(),
});
export type AutoAssignmentOptions = z.output<typeof AutoAssignmentOptions>;

const name = enteredText(1, 128);
const description = enteredText(0, 512).nullish();

export const CreateAutoAssignment = AutoAssignmentOptions.extend({
  name: z.preprocess((text) => text ?? '', name),
  description,
  filter: z.preprocess((text) => text ?? '', plainText(1, FILTER_LENGTH)),
});
export type CreateAutoAssignment = z.input<typeof CreateAutoAssignment>;

/** What an update may change. What is missing stays, null clears. */
export const UpdateAutoAssignment = z.object({ id: z.number(), name: name.optional(), description });
export type UpdateAutoAssignment = z.input<typeof UpdateAutoAssignment>;

export const SetAutoAssignment = AutoAssignmentOptions.extend({ targetFilterId: z.number() });
export type SetAutoAssignment = z.input<typeof SetAutoAssignment>;

export const DecideAutoAssignment = z.object({ id: z.number(), remark: plainText(0, 255).nullish() });
export type DecideAutoAssignment = z.input<typeof DecideAutoAssignment>;
