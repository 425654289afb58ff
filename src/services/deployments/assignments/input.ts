import { z } from 'zod';
import { FORCE_TYPES } from '../../../database/tables/actions.ts';
import { NOT_FOUND_POLICIES } from '../../fleet/targets/selection.ts';
import { selectionFields } from '../../shared/selection.ts';
import { plainText } from '../../shared/text.ts';
import { MaintenanceWindowInput } from './maintenance-window.ts';

export { FORCE_TYPES };

export const DEFAULT_WEIGHT = 1000;

/** How the actions of an assignment shall be. */
export const ActionOptions = z.object({
  forceType: z.enum(FORCE_TYPES).nullish(),
  /** Of a time-forced one: from when on it is forced; at once where it is missing. */
  forcedAt: z.date('must be a time').nullish(),
  weight: z
    .number()
    .int('must be a whole number')
    .min(0, 'must not be negative')
    .max(1000, 'must be at most 1000')
    .nullish(),
  maintenanceWindow: MaintenanceWindowInput.nullish(),
  /** Whether the device is asked before; as the tenant is set where it is missing. */
  confirmationRequired: z.boolean().nullish(),
  /** What another system knows the actions by. */
  externalRef: plainText(0, 512).nullish(),
});
export type ActionOptions = z.input<typeof ActionOptions>;

/** Some targets, named or chosen by a filter, and how their actions shall be. */
const Assignment = ActionOptions.extend({
  ...selectionFields,
});

export const AssignDistributionSet = z.object({
  distributionSetId: z.number(),
  /** Each is some statements. */
  assignments: z.array(Assignment).max(1_000, 'must be at most 1000'),
  /** The targets have the set already, by other means: it counts as installed at once. */
  offline: z.boolean().nullish(),
  /** What becomes of a named target that isn't there. */
  onNotFound: z.enum(NOT_FOUND_POLICIES).default('FAIL'),
  /** Also to targets that the set is not for. */
  ignoreTargetFilter: z.boolean().nullish(),
  dryRun: z.boolean().nullish(),
});
export type AssignDistributionSet = z.input<typeof AssignDistributionSet>;
