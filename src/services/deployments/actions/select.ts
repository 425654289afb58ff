import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { type ActionStatus, actions, type ForceType } from '../../../database/tables/actions.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { actionNotFound, type DomainError, invalid } from '../../../errors.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { names } from '../../fleet/targets/keys.ts';
import { type TargetPermission, targetInScope } from '../../fleet/targets/scope.ts';
import { affected, type ChangeRecord } from '../../platform/audit/record.ts';
import type { Changes } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { listOf } from '../../shared/rows.ts';
import { actionJoinsGroup, actionJoinsSet, actionJoinsTarget, groupJoinsRollout } from './action.ts';
import { ACTION_FIELDS } from './fields.ts';

/** What each bulk verb takes. */
export const BULK_INPUT = {
  actionIds: listOf(z.number()).nullish(),
  filter: z.string().nullish(),
  dryRun: z.boolean().nullish(),
};

/** Which actions a bulk verb means: either those named or all that match a filter. */
export interface ActionSelection {
  actionIds?: readonly number[] | null | undefined;
  filter?: string | null | undefined;
  /** Beside the filter: the ids of those that are left to be done with. */
  among?: readonly number[] | undefined;
}

/** What became of the actions that a bulk verb meant. */
export interface ChangedActions {
  /** How many are different now, or would be. */
  affectedCount: number;
  /** Which; none after a dry run. */
  ids: number[];
}

/** An action that is locked with its target until the transaction ends. */
export interface LockedAction {
  id: number;
  targetId: number;
  controllerId: string;
  status: ActionStatus;
  active: boolean;
  forceType: ForceType;
}

/** What a bulk verb does with actions, and to which: the same rule for rows and for statements. */
export interface ActionChange {
  permission: TargetPermission;
  /** Only actions of this target: others count as missing. */
  controllerId?: string | null | undefined;
  /** Whether an action can be changed so, and the condition that it can. */
  concerns: (action: LockedAction) => boolean;
  concerned: SQL;
  /** Refuses one that was named and isn't concerned; without it such a one is passed over. */
  refuse?: (action: LockedAction, path: string[]) => DomainError;
}

/**
 * The chosen actions that the change concerns, locked with their targets until the transaction ends, in the order of the
 * targets: whoever changes an action locks its target first. Actions out of the permission's scope are left out.
 * @throws INVALID_INPUT unless there is either a list or a filter; ACTION_NOT_FOUND for the first that is missing; what
 *   the change refuses; the filter's errors
 */
export async function selectActionsToChange(
  tx: Transaction,
  context: Context,
  selection: ActionSelection,
  change: ActionChange,
): Promise<LockedAction[]> {
  const chosen = await isSelectedAction(context, selection, change);
  return concernedOf(selection, await lockActions(tx, context.caller.tenantId, chosen), change);
}

/**
 * How many of the chosen actions it concerns: counts them, and neither locks nor changes any.
 * @throws what `selectActionsToChange` throws
 */
export async function countActionsToChange(
  context: Context,
  selection: ActionSelection,
  change: ActionChange,
): Promise<ChangedActions> {
  const { database, caller } = context;
  const chosen = await isSelectedAction(context, selection, change);
  if (selection.actionIds) {
    const found = await lockableActions(database, caller.tenantId, chosen);
    return { affectedCount: concernedOf(selection, found, change).length, ids: [] };
  }
  const among = and(eq(actions.tenantId, caller.tenantId), chosen, change.concerned);
  const [row] = await database.execute<{ total: string }>(
    sql`SELECT count(*) AS total FROM ${actionsWith([among])} WHERE ${among}`,
  );
  return { affectedCount: Number(row!.total), ids: [] };
}

export const changedActions = (changed: readonly LockedAction[]): ChangedActions => ({
  affectedCount: changed.length,
  ids: changed.map(({ id }) => id),
});

/** Notes what was done with the actions, once for all. */
export function noteActions(
  changes: Changes,
  type: ChangeRecord['type'],
  { selection, changed }: { selection: ActionSelection; changed: readonly LockedAction[] },
): void {
  const controllerIds = [...new Set(changed.map(({ controllerId }) => controllerId))];
  changes.targetsInScope(controllerIds);
  changes.record({ type, ...affected(selection, controllerIds) });
}

/** @throws ACTION_NOT_FOUND, what the change refuses */
function concernedOf(
  { actionIds }: ActionSelection,
  found: readonly LockedAction[],
  { concerns, refuse }: ActionChange,
): LockedAction[] {
  if (actionIds) refuseMissing(actionIds, found);
  const byId = new Map(found.map((action) => [action.id, action]));
  for (const [index, id] of (actionIds ?? []).entries()) {
    const action = byId.get(id)!;
    if (refuse && !concerns(action)) throw refuse(action, ['actionIds', String(index)]);
  }
  return found.filter(concerns);
}

/**
 * The condition that an action, with its target and its set, is one of the chosen that the permission reaches.
 * @throws INVALID_INPUT unless there is either a list or a filter; the filter's errors
 */
export async function isSelectedAction(
  context: Context,
  { actionIds, filter, among }: ActionSelection,
  { permission, controllerId }: Pick<ActionChange, 'permission' | 'controllerId'>,
): Promise<SQL | undefined> {
  if ((actionIds == null) === (filter == null))
    throw invalid('actionIds: give either these or a filter', ['actionIds']);
  return and(
    (await askedFilter(context, ACTION_FIELDS, filter)) ?? isAmong(actions.id, actionIds ?? []),
    among && isAmong(actions.id, among),
    controllerId == null ? undefined : eq(targets.controllerId, controllerId),
    await targetInScope(context, permission, actions.targetId),
  );
}

/** The actions for which a condition holds, as `selectActionsToChange` locks them. */
export const lockActions = (
  tx: Transaction,
  tenantId: number,
  condition: SQL | undefined,
): Promise<LockedAction[]> =>
  lockableActions(tx, tenantId, condition).for('no key update', { of: [targets, actions] });

const lockableActions = (database: Database | Transaction, tenantId: number, condition: SQL | undefined) =>
  database
    .select({
      id: actions.id,
      targetId: actions.targetId,
      controllerId: targets.controllerId,
      status: actions.status,
      active: actions.active,
      forceType: actions.forceType,
    })
    .from(actions)
    .innerJoin(targets, actionJoinsTarget)
    .innerJoin(distributionSets, actionJoinsSet)
    .leftJoin(rolloutGroups, actionJoinsGroup)
    .leftJoin(rollouts, groupJoinsRollout)
    .where(and(eq(actions.tenantId, tenantId), condition))
    .orderBy(targets.id, actions.id)
    .$dynamic();

/** What follows FROM: the actions, joined with what the parts of the statement name, and with no more. */
export function actionsWith(parts: readonly (SQLWrapper | undefined)[]): SQL {
  const joined = (tables: readonly PgTable[], join: SQL) =>
    tables.some((table) => parts.some((part) => part && names(part, table))) ? join : sql``;
  return sql`${actions}
    ${joined([targets], sql`JOIN ${targets} ON ${actionJoinsTarget}`)}
    ${joined([distributionSets], sql`JOIN ${distributionSets} ON ${actionJoinsSet}`)}
    ${joined(
      [rolloutGroups, rollouts],
      sql`LEFT JOIN ${rolloutGroups} ON ${actionJoinsGroup} LEFT JOIN ${rollouts} ON ${groupJoinsRollout}`,
    )}`;
}

function refuseMissing(wanted: readonly number[], found: readonly LockedAction[]): void {
  const existing = new Set(found.map(({ id }) => id));
  for (const [index, id] of wanted.entries())
    if (!existing.has(id)) throw actionNotFound(String(id), ['actionIds', String(index)]);
}

/** As one parameter of a statement. */
export const idArrayOf = (selected: readonly { id: number }[]): SQL =>
  sql`${`{${selected.map(({ id }) => id).join(',')}}`}::bigint[]`;
