import type { Transaction } from '../../../database/connect.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { distributionSetNotFound, invalid } from '../../../errors.ts';
import { filtersTakenWhole, leftBy } from '../../../rollout-shares.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireFilterWhollyReadable } from '../../access/readable-fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { creatorScope } from '../../fleet/targets/combined-scope.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import { added } from '../../platform/audit/record.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { DistributionSet } from '../../software/distribution-sets/distribution-set.ts';
import { freezeSets, requireAssignableSet } from '../../software/distribution-sets/freeze.ts';
import { readSets } from '../../software/distribution-sets/set.ts';
import { titleOf } from '../../software/software-modules/module.ts';
import { refuseIfAllOutside } from '../assignments/compatibility.ts';
import { DEFAULT_WEIGHT } from '../assignments/input.ts';
import { type NewRollout, RolloutInput } from './input.ts';
import { countEligible, eligibleTargets, readTargetFilter } from './matching.ts';
import { type GroupPlan, planGroups } from './plan-groups.ts';
import { type Rollout, readRollouts } from './rollout.ts';

/**
 * Plans a rollout: the targets that match its filter, within the scopes in which the caller may read and change targets,
 * are to have the set, group after group. The periodic job puts them into the groups. Needs CREATE_ROLLOUT,
 * READ_DISTRIBUTION_SET and READ_TARGET, and HANDLE_ROLLOUT where it is to begin by itself.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID, DISTRIBUTION_SET_INCOMPLETE,
 *   ROLLOUT_ALREADY_EXISTS, QUOTA_EXCEEDED beyond 500 groups, the filters' errors, INVALID_INPUT, also where no target
 *   matches, or the groups don't reach all that do; OUTSIDE_TARGET_FILTER where the set is for none of those that match,
 *   unless that is ignored: where it is for some, the others are left out
 */
export async function createRollout(context: Context, input: RolloutInput): Promise<Rollout> {
  const { tenantId } = requirePermission(context, 'CREATE_ROLLOUT', 'READ_DISTRIBUTION_SET', 'READ_TARGET');
  const given = parse(RolloutInput, input);
  if (given.startAt) requirePermission(context, 'HANDLE_ROLLOUT');
  readFilters(context, given);
  const { settings } = await context.tenants.byId(tenantId);

  const first = await findSet(context, given.distributionSetId);
  const groups = planGroups(given, settings.confirmationFlow);
  const planned = {
    filter: given.filter,
    creatorScope: creatorScope(context),
    setId: first.id,
    ignoreTargetFilter: given.ignoreTargetFilter ?? false,
  };
  // Among a million it takes a while. Meanwhile nothing is locked, so that others can assign the set.
  if (!planned.ignoreTargetFilter) await refuseOutsideAsAWhole(context, first, planned);
  const totalTargets = await requireAllCovered(context, planned, groups);

  return change(context, async (tx, changes) => {
    const set = await requireAssignableSet(tx, context, given.distributionSetId);
    const id = await insertRollout(tx, context, { ...given, ...planned, totalTargets });
    await insertGroups(tx, context, id, groups);
    if (settings.implicitLock && !set.locked) await freezeSets(tx, context, [set.id]);
    changes.rollouts([id]);
    changes.record({
      type: 'rollout.created',
      subjects: [given.name],
      changes: added({
        ...given,
        distributionSetId: null,
        distributionSet: titleOf(set),
        groups: groups.length,
      }),
    });
    return (await readRollouts(context, tx, [id])).get(id)!;
  });
}

/** The set, whatever state it is in. @throws DISTRIBUTION_SET_NOT_FOUND */
async function findSet(context: Context, id: number): Promise<DistributionSet> {
  const reached = await scopeCondition(context, 'READ_DISTRIBUTION_SET');
  const set = (await readSets(context.database, context.caller.tenantId, [id], reached)).get(id);
  if (!set) throw distributionSetNotFound(String(id), ['distributionSetId']);
  return set;
}

/** @throws the filters' errors; FORBIDDEN where they ask for what the caller may not read */
function readFilters(context: Context, { filter, groups }: NewRollout): void {
  const read = (text: string, ...path: string[]) =>
    requireFilterWhollyReadable(context, TARGET_FIELDS, readTargetFilter(text, path));
  read(filter, 'filter');
  for (const [index, group] of groups?.entries() ?? [])
    if (group.filter) read(group.filter, 'groups', String(index), 'filter');
}

/** @throws OUTSIDE_TARGET_FILTER */
async function refuseOutsideAsAWhole(
  context: Context,
  set: DistributionSet,
  planned: Parameters<typeof countEligible>[1],
): Promise<void> {
  if (set.targetFilter === null) return;
  const { database } = context;
  const matching = await eligibleTargets(database, context, { ...planned, ignoreTargetFilter: true });
  await refuseIfAllOutside(database, context, set, { matching, path: ['filter'] });
}

/** @returns how many targets there are @throws INVALID_INPUT */
async function requireAllCovered(
  context: Context,
  planned: Parameters<typeof countEligible>[1],
  groups: readonly GroupPlan[],
): Promise<number> {
  const fixed = groups.filter(({ dynamic }) => !dynamic);
  if (!fixed.length) return 0;
  const { total, left } = await countEligible(context, planned, filtersTakenWhole(fixed));
  if (!total) throw invalid('filter: must match a target whose type takes the distribution set', ['filter']);
  if (left) {
    const leftOut = await describeLeft(context, planned, fixed);
    throw invalid(`groups: must reach every target; they leave out ${leftOut}`, ['groups']);
  }
  return total;
}

/** How many targets groups leave out: told where all have the same filter, as what others share is not counted. */
async function describeLeft(
  context: Context,
  planned: Parameters<typeof countEligible>[1],
  groups: readonly GroupPlan[],
): Promise<string> {
  const filters = [...new Set(groups.map(({ filter }) => filter))];
  const { total, left } = await countEligible(context, planned, filters);
  if (filters.length === 1) return `${left + leftBy(groups, total - left)}`;
  return left ? `at least ${left}` : 'some';
}

async function insertRollout(
  tx: Transaction,
  context: Context,
  rollout: Omit<NewRollout, 'ignoreTargetFilter'> &
    Pick<typeof rollouts.$inferSelect, 'setId' | 'creatorScope' | 'totalTargets' | 'ignoreTargetFilter'>,
): Promise<number> {
  const [row] = await tx
    .insert(rollouts)
    .values({
      tenantId: context.caller.tenantId,
      name: rollout.name,
      description: rollout.description ?? null,
      setId: rollout.setId,
      filter: rollout.filter,
      creatorScope: rollout.creatorScope,
      ignoreTargetFilter: rollout.ignoreTargetFilter,
      status: 'creating',
      startAt: rollout.startAt ?? null,
      forceType: rollout.forceType ?? 'forced',
      forcedAt: rollout.forcedAt ?? null,
      weight: rollout.weight ?? DEFAULT_WEIGHT,
      dynamic: rollout.dynamic ?? false,
      totalTargets: rollout.totalTargets,
      ...creationStamp(context),
    })
    .returning({ id: rollouts.id });
  return row!.id;
}

const insertGroups = (
  tx: Transaction,
  context: Context,
  rolloutId: number,
  groups: readonly GroupPlan[],
): Promise<unknown> =>
  tx.insert(rolloutGroups).values(
    groups.map((group) => ({
      tenantId: context.caller.tenantId,
      rolloutId,
      totalTargets: 0,
      ...group,
      ...creationStamp(context),
    })),
  );
