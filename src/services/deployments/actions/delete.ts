import { and, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { actionNotDeletable } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { lockTarget } from '../../fleet/targets/selection.ts';
import { change, changeBy, type Step } from '../../shared/change.ts';
import type { ActorContext, Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import {
  type ActionChange,
  type ActionSelection,
  BULK_INPUT,
  type ChangedActions,
  changedActions,
  countActionsToChange,
  type LockedAction,
  lockActions,
  noteActions,
  selectActionsToChange,
} from './select.ts';

const DeleteActions = z.object({
  ...BULK_INPUT,
  /** Only of this target: others count as missing. */
  controllerId: z.string().nullish(),
});
export type DeleteActions = z.input<typeof DeleteActions>;

/**
 * Deletes actions with their history: the named ones all or none, of those that match a filter the ones in a state in
 * which the tenant lets actions be deleted. What targets have stays. Needs DELETE_TARGET. With `dryRun` it only counts
 * them.
 * @throws ACTION_NOT_FOUND, ACTION_NOT_DELETABLE, INVALID_INPUT, the filter's errors
 */
export async function deleteActions(context: Context, input: DeleteActions): Promise<ChangedActions> {
  requirePermission(context, 'DELETE_TARGET');
  const { dryRun, controllerId, ...selection } = parse(DeleteActions, input);
  if (dryRun) return countActionsToChange(context, selection, await deleting(context, controllerId));
  return changedActions(await changeBy(context, (step) => removeSelected(step, selection, controllerId)));
}

/** The work of `deleteActions`. @returns the actions that were deleted */
export async function removeSelected(
  { tx, context, changes }: Step,
  selection: ActionSelection,
  controllerId?: string | null,
): Promise<LockedAction[]> {
  const change = await deleting(context, controllerId);
  const deletable = await selectActionsToChange(tx, context, selection, change);
  await removeActions(tx, context, deletable);
  noteActions(changes, 'action.deleted', { selection, changed: deletable });
  return deletable;
}

async function deleting(context: Context, controllerId: string | null | undefined): Promise<ActionChange> {
  const { settings } = await context.tenants.byId(context.caller.tenantId);
  return {
    permission: 'DELETE_TARGET',
    controllerId,
    concerns: ({ status }) => settings.deletableActions.has(status),
    concerned: sql`${actions.status} = ANY(${arrayOf([...settings.deletableActions])}::text[])`,
    refuse: ({ id }, path) => actionNotDeletable(String(id), path),
  };
}

const DeleteOldActions = z.object({
  controllerId: z.string(),
  keepLast: z.number().int('must be a whole number').min(0, 'must not be negative'),
});
export type DeleteOldActions = z.input<typeof DeleteOldActions>;

/**
 * Deletes a target's actions but for its newest, those that are in a state in which actions may be deleted. Needs
 * DELETE_TARGET.
 * @returns how many were deleted
 * @throws TARGET_NOT_FOUND, INVALID_INPUT
 */
export async function deleteOldActions(context: Context, input: DeleteOldActions): Promise<number> {
  const { tenantId } = requirePermission(context, 'DELETE_TARGET');
  const { controllerId, keepLast } = parse(DeleteOldActions, input);
  const { concerns } = await deleting(context, controllerId);

  return change(context, async (tx, changes) => {
    const target = await lockTarget(tx, context, 'DELETE_TARGET', { controllerId });
    const its = and(eq(actions.tenantId, tenantId), eq(actions.targetId, target.id));
    const newest = tx
      .select({ id: actions.id })
      .from(actions)
      .where(its)
      .orderBy(desc(actions.id))
      .limit(keepLast);
    const old = await lockActions(tx, tenantId, and(its, sql`${actions.id} NOT IN ${newest}`));
    const deletable = old.filter(concerns);
    await removeActions(tx, context, deletable);
    changes.targetsInScope([controllerId]);
    changes.record({
      type: 'action.deleted',
      subjects: deletable.length ? [controllerId] : [],
      changes: { keepLast: { new: keepLast } },
    });
    return deletable.length;
  });
}

/** Deletes locked actions with their history. */
export const removeActions = (
  tx: Transaction,
  { caller: { tenantId } }: Pick<ActorContext, 'caller'>,
  selected: readonly LockedAction[],
): Promise<unknown> =>
  tx.delete(actions).where(
    and(
      eq(actions.tenantId, tenantId),
      isAmong(
        actions.id,
        selected.map(({ id }) => id),
      ),
    ),
  );
