import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { requireGroupQuota } from '../../platform/quotas.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { selectionFields } from '../../shared/selection.ts';
import { enteredText } from '../../shared/text.ts';
import {
  countSelected,
  NOT_FOUND_POLICIES,
  type NotFoundPolicy,
  selectTargetIds,
  type TargetSelection,
} from '../targets/selection.ts';
import { updateSelected } from '../targets/update-selected.ts';

export const AssignTargetGroup = z.object({
  group: enteredText(0, 256).nullable(),
  ...selectionFields,
  controllerIds: listOf(z.string()).min(1, 'must hold a target at the least').nullish(),
  /** What becomes of the named targets when one of them is missing; REFUSE unless given. */
  onNotFound: z.enum(NOT_FOUND_POLICIES).nullish(),
  dryRun: z.boolean().nullish(),
});
export interface AssignTargetGroup extends Omit<z.input<typeof AssignTargetGroup>, 'group'> {
  /** A path by `/`; null takes the group away, and must be given to do so. */
  group?: string | null | undefined;
}

/**
 * Puts the named targets, or all that match a filter, into a group, or takes them out of theirs; one that is there
 * stays as it is. As in hawkBit it doesn't count as a change of the target. Needs UPDATE_TARGET. With `dryRun` it only
 * says how many it would be.
 * @returns how many targets are different now
 * @throws TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function assignTargetGroup(context: Context, input: AssignTargetGroup): Promise<number> {
  requirePermission(context, 'UPDATE_TARGET');
  const { group, dryRun, ...selection } = parse(AssignTargetGroup, input);
  if (dryRun) return countSelected(context, 'UPDATE_TARGET', selection, { different: isElsewhere(group) });
  return (await changeBy(context, (step) => putIntoGroup(step, selection, group))).length;
}

const isElsewhere = (group: string | null) => sql`${targets.group} IS DISTINCT FROM ${group}::text`;

/** The work of `assignTargetGroup`. @returns the controllerIds of the targets that are different now */
export async function putIntoGroup(
  { tx, context, changes }: Step,
  selection: TargetSelection & { onNotFound?: NotFoundPolicy | null | undefined },
  group: string | null,
): Promise<string[]> {
  const { tenantId } = context.caller;
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const changed = await updateSelected(tx, tenantId, selected, {
    values: { group },
    different: isElsewhere(group),
  });
  if (group) await requireGroupQuota(tx, tenantId);
  changes.targetsInScope(changed);
  changes.record({
    type: 'target.group-assigned',
    ...affected(selection, changed),
    changes: { group: { new: group } },
  });
  return changed;
}
