import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetTypeNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { selectionFields } from '../../shared/selection.ts';
import { typeNamesOf } from '../target-types/find.ts';
import { countSelected, selectTargetIds, type TargetSelection } from './selection.ts';
import { updateSelected } from './update-selected.ts';

export const AssignTargetType = z.object({
  targetTypeId: z.number().int().nullable(),
  ...selectionFields,
  dryRun: z.boolean().nullish(),
});
export interface AssignTargetType extends Omit<z.input<typeof AssignTargetType>, 'targetTypeId'> {
  /** Null takes the type away, and must be given to do so. */
  targetTypeId?: number | null | undefined;
}

/**
 * Gives a type to the named targets, all or none, or to all that match a filter; one that has it stays as it is. Needs
 * UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many targets are different now
 * @throws TARGET_TYPE_NOT_FOUND, TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function assignTargetType(context: Context, input: AssignTargetType): Promise<number> {
  requirePermission(context, 'UPDATE_TARGET');
  const { targetTypeId, dryRun, ...selection } = parse(AssignTargetType, input);
  if (!dryRun) return (await changeBy(context, (step) => assignTypeTo(step, selection, targetTypeId))).length;
  await context.database.transaction((tx) => requireType(tx, context, targetTypeId));
  return countSelected(context, 'UPDATE_TARGET', selection, { different: isOfAnother(targetTypeId) });
}

/** The work of `assignTargetType`. @returns the controllerIds of the targets that are different now */
export async function assignTypeTo(
  { tx, context, changes }: Step,
  selection: TargetSelection,
  targetTypeId: number | null,
): Promise<string[]> {
  await requireType(tx, context, targetTypeId);
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const changed = await updateSelected(tx, context.caller.tenantId, selected, {
    values: { targetTypeId, ...modificationStamp(context) },
    different: isOfAnother(targetTypeId),
  });
  changes.targetsInScope(changed);
  changes.record({
    type: 'target.type-assigned',
    ...affected(selection, changed),
    changes: { targetTypeId: { new: targetTypeId } },
  });
  return changed;
}

const isOfAnother = (targetTypeId: number | null) =>
  sql`${targets.targetTypeId} IS DISTINCT FROM ${targetTypeId}::bigint`;

/** @throws TARGET_TYPE_NOT_FOUND */
async function requireType(tx: Transaction, context: Context, targetTypeId: number | null): Promise<void> {
  const known = await typeNamesOf(tx, context, targetTypeId === null ? [] : [targetTypeId]);
  if (targetTypeId !== null && !known.has(targetTypeId))
    throw targetTypeNotFound(String(targetTypeId), ['targetTypeId']);
}
