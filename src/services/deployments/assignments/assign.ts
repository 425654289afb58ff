import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import {
  countSelectedAndSame,
  isSelected,
  type SelectedTarget,
  selectTargetIds,
} from '../../fleet/targets/selection.ts';
import { isHere } from '../../fleet/targets/target.ts';
import { added, affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { Selection } from '../../shared/selection.ts';
import type { DistributionSet } from '../../software/distribution-sets/distribution-set.ts';
import {
  findAssignableSet,
  freezeSets,
  requireAssignableSet,
} from '../../software/distribution-sets/freeze.ts';
import { titleOf } from '../../software/software-modules/module.ts';
import { confirmationBy } from '../actions/beginning.ts';
import { requireRoomForActions } from '../actions/quota.ts';
import { idArrayOf } from '../actions/select.ts';
import { refuseIncompatible, refuseOutside } from './compatibility.ts';
import { AssignDistributionSet, DEFAULT_WEIGHT } from './input.ts';
import { readMaintenanceWindow } from './maintenance-window.ts';
import { type CreatedAction, deploy, havingSet, type Plan, targetsWithoutSet } from './write.ts';

/** What became of the targets of an assignment. */
export interface AssignmentResult {
  distributionSet: DistributionSet;
  /** Those that were to have the set anyway. */
  alreadyAssigned: number;
  /** How many of the others get an action, or would. */
  affectedCount: number;
  /** The new actions, one a target; none after a dry run. */
  actions: CreatedAction[];
}

type Given = Omit<z.output<typeof AssignDistributionSet>, 'assignments' | 'dryRun'> & {
  assignments: readonly (Options & Selection)[];
};

/**
 * Assigns a distribution set to targets, all in one transaction: each gets an action, which replaces those that it has
 * still to do, unless they are steps of a migration. Needs READ_DISTRIBUTION_SET and UPDATE_TARGET. With `dryRun` it
 * only counts, each of the assignments for itself.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID, DISTRIBUTION_SET_INCOMPLETE,
 *   TARGET_NOT_FOUND, TARGET_TYPE_INCOMPATIBLE, OUTSIDE_TARGET_FILTER unless that is ignored, QUOTA_EXCEEDED,
 *   MAINTENANCE_WINDOW_INVALID, INVALID_INPUT, the filter's errors
 */
export async function assignDistributionSet(
  context: Context,
  input: AssignDistributionSet,
): Promise<AssignmentResult> {
  requirePermission(context, 'READ_DISTRIBUTION_SET', 'UPDATE_TARGET');
  const { dryRun, ...given } = parse(AssignDistributionSet, input);
  if (dryRun) return countAssignment(context, given);
  return changeBy(context, (step) => assignTo(step, given));
}

/** The work of `assignDistributionSet`. */
export async function assignTo({ tx, context, changes }: Step, given: Given): Promise<AssignmentResult> {
  const { tenantId } = context.caller;
  const { settings } = await context.tenants.byId(tenantId);
  const set = await requireAssignableSet(tx, context, given.distributionSetId);
  if (given.assignments.length > 1) await lockNamedTargets(tx, context, given.assignments);
  const actions: CreatedAction[] = [];
  let alreadyAssigned = 0;
  const planned = await planAll(tx, context, set, given);
  await refuseUnsuitable(tx, context, set, { planned, anyTarget: given.ignoreTargetFilter ?? false });
  for (const { filter, selected, plan } of planned) {
    const created: CreatedAction[] = [];
    for (const chunk of chunks(selected)) {
      const without = await targetsWithoutSet(tx, tenantId, plan, chunk);
      await requireRoomForActions({ tx, changes }, tenantId, settings.actionCleanup.percentOnQuota, without);
      for (const action of await deploy(tx, context, plan, without)) created.push(action);
      alreadyAssigned += chunk.length - without.length;
    }
    const deployed = created.map((action) => action.controllerId);
    changes.targetsInScope(deployed);
    changes.record({
      type: 'distribution-set.assigned',
      ...affected({ filter }, deployed),
      changes: describeAssignment(set, plan),
    });
    for (const action of created) actions.push(action);
  }
  if (settings.implicitLock && !set.locked && actions.length) await freezeSets(tx, context, [set.id]);
  return { distributionSet: set, alreadyAssigned, affectedCount: actions.length, actions };
}

/** What an assignment would do; only the room that targets have for another action isn't looked at. */
async function countAssignment(context: Context, given: Given): Promise<AssignmentResult> {
  const { database } = context;
  const { settings } = await context.tenants.byId(context.caller.tenantId);
  const set = await findAssignableSet(context, given.distributionSetId);
  const result: AssignmentResult = {
    distributionSet: set,
    alreadyAssigned: 0,
    affectedCount: 0,
    actions: [],
  };
  for (const { ids, controllerIds, filter, among, ...options } of given.assignments) {
    const selection = { ids, controllerIds, filter, among, only: isHere };
    const plan = planOf(context, set, { ...options, offline: given.offline ?? false }, settings);
    const choice = { ...selection, onNotFound: given.onNotFound };
    const chosen = (await isSelected(database, context, 'UPDATE_TARGET', selection))!;
    const having = havingSet(context, plan);
    const { total, same } = await countSelectedAndSame(context, 'UPDATE_TARGET', choice, having);
    await refuseIncompatible(database, context, set, chosen);
    const path = [filter == null ? 'controllerIds' : 'filter'];
    if (!given.ignoreTargetFilter) await refuseOutside(database, context, set, { chosen: [chosen], path });
    result.affectedCount += total - same;
    result.alreadyAssigned += same;
  }
  return result;
}

/** Together, in the order of all who lock targets: one assignment after the other they would be in any, and block others. */
const lockNamedTargets = (
  tx: Transaction,
  context: Context,
  assignments: Given['assignments'],
): Promise<unknown> => {
  const controllerIds = assignments.flatMap((assignment) => assignment.controllerIds ?? []);
  return selectTargetIds(tx, context, 'UPDATE_TARGET', {
    controllerIds,
    onNotFound: 'ON_WHAT_FOUND_AND_SUCCESS',
  });
};

/** One of the assignments: which targets it is about, and the actions that they get. */
interface Planned {
  filter: string | null | undefined;
  selected: SelectedTarget[];
  plan: Plan;
}

/** @throws TARGET_NOT_FOUND, MAINTENANCE_WINDOW_INVALID, INVALID_INPUT, the filter's errors */
async function planAll(
  tx: Transaction,
  context: Context,
  set: DistributionSet,
  { assignments, offline, onNotFound }: Given,
): Promise<Planned[]> {
  const { settings } = await context.tenants.byId(context.caller.tenantId);
  const planned: Planned[] = [];
  for (const { ids, controllerIds, filter, among, ...options } of assignments) {
    const choice = { ids, controllerIds, filter, among, only: isHere, onNotFound };
    const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', choice);
    const plan = planOf(context, set, { ...options, offline: offline ?? false }, settings);
    planned.push({ filter, selected, plan });
  }
  return planned;
}

/** Looks at all targets before any gets an action. @throws TARGET_TYPE_INCOMPATIBLE, OUTSIDE_TARGET_FILTER */
async function refuseUnsuitable(
  tx: Transaction,
  context: Context,
  set: DistributionSet,
  { planned, anyTarget }: { planned: readonly Planned[]; anyTarget: boolean },
): Promise<void> {
  const selected = planned.flatMap((one) => one.selected);
  const chosen = [...chunks(selected)].map((chunk) => sql`${targets.id} = ANY(${idArrayOf(chunk)})`);
  for (const some of chosen) await refuseIncompatible(tx, context, set, some);
  const path = [planned.some(({ filter }) => filter != null) ? 'filter' : 'controllerIds'];
  if (!anyTarget) await refuseOutside(tx, context, set, { chosen, path });
}

type Options = Omit<
  z.output<typeof AssignDistributionSet>['assignments'][number],
  'ids' | 'controllerIds' | 'filter'
>;
type Settings = Awaited<ReturnType<Context['tenants']['byId']>>['settings'];

/** @throws MAINTENANCE_WINDOW_INVALID */
function planOf(
  { clock }: Context,
  set: DistributionSet,
  {
    forceType,
    forcedAt,
    weight,
    maintenanceWindow,
    confirmationRequired,
    externalRef,
    offline,
  }: Options & { offline: boolean },
  settings: Settings,
): Plan {
  return {
    setId: set.id,
    forceType: forceType ?? 'forced',
    forcedAt: forceType === 'timeforced' ? (forcedAt ?? new Date(0)) : null,
    weight: weight ?? DEFAULT_WEIGHT,
    maintenanceWindow: maintenanceWindow ? readMaintenanceWindow(maintenanceWindow, clock()) : null,
    externalRef: externalRef || null,
    confirmation: confirmationBy(settings, confirmationRequired ?? true),
    offline,
    autoClose: settings.autoClose,
  };
}

/** What the audit trail tells of the new actions. */
export const describeAssignment = (set: DistributionSet, plan: Plan) => {
  const { forceType, forcedAt, weight, maintenanceWindow, externalRef } = plan;
  return added({
    distributionSet: titleOf(set),
    offline: plan.offline || null,
    forceType,
    forcedAt,
    weight,
    maintenanceWindow,
    externalRef,
  });
};
