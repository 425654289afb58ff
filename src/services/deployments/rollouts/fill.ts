import { type SQL, sql } from 'drizzle-orm';
import { analyzeGrown } from '../../../database/analyze.ts';
import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { rolloutGroups, rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { shareOf } from '../../../rollout-shares.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { type GroupRow, groupsOf, writeGroup } from './group.ts';
import { eligibleTargets, isInNoGroup } from './matching.ts';
import type { GroupPlan } from './plan-groups.ts';
import { type HasMore, ROWS_A_STEP, type RolloutStep, setRolloutStatus } from './step.ts';

/** A step of a new rollout: puts targets into the first group that isn't filled, in the order of their creation. */
export async function fillGroups(step: RolloutStep): Promise<HasMore> {
  const groups = await groupsOf(step.tx, step.rollout);
  const group = groups.find(({ status }) => status === 'creating');
  if (!group) {
    await finishCreation(step, groups);
    return false;
  }
  const candidates = group.candidates ?? (await countCandidates(step, groups, group));
  const wanted = shareOf(groups, group, candidates) - group.totalTargets;
  const size = Math.min(wanted, ROWS_A_STEP);
  const { added, last } = size > 0 ? await addTargets(step, groups, group, size) : { added: 0, last: 0 };
  const totalTargets = group.totalTargets + added;
  // Fewer than there were: some are gone meanwhile.
  const isFull = wanted <= size || added < size;
  if (isFull) await analyzeGrown(step.tx, rolloutTargets, totalTargets);
  await writeGroup(step.tx, step.context, group, {
    candidates,
    totalTargets,
    filledTo: Math.max(last, group.filledTo),
    ...(isFull && { status: 'ready' }),
  });
  return true;
}

/** If a group before it has the same filter, what that group left over is not counted again. */
async function countCandidates(
  step: RolloutStep,
  groups: readonly GroupRow[],
  group: GroupRow,
): Promise<number> {
  const before = groups[groups.indexOf(group) - 1];
  if (before?.filter === group.filter && before.candidates !== null)
    return before.candidates - before.totalTargets;
  const condition = await remaining(step, groups, group);
  const [row] = await step.tx.execute<{ count: string }>(
    sql`SELECT count(*) FROM ${targetsWith([condition])} WHERE ${condition}`,
  );
  return Number(row!.count);
}

/** The condition that a target can come into a group. Where all have the same filter, none is looked up in the others. */
async function remaining(
  { tx, context, rollout }: RolloutStep,
  groups: readonly GroupRow[],
  group: GroupRow,
): Promise<SQL> {
  const fits = await eligibleTargets(tx, context, rollout, group.filter);
  const mayBeTaken = groups.some(({ filter, filledTo }) => filledTo > 0 && filter !== group.filter);
  return mayBeTaken ? sql`${fits} AND ${isInNoGroup(rollout)}` : fits;
}

async function addTargets(
  step: RolloutStep,
  groups: readonly GroupRow[],
  group: GroupRow,
  size: number,
): Promise<{ added: number; last: number }> {
  const { tenantId, id } = step.rollout;
  // Up to there those that match the same filter are all in groups already.
  const from = Math.max(
    ...groups.filter(({ filter }) => filter === group.filter).map(({ filledTo }) => filledTo),
  );
  const condition = await remaining(step, groups, group);
  const chosen = await step.tx.execute<{ id: string }>(sql`
    SELECT ${targets.id} FROM ${targetsWith([condition])}
    WHERE ${targets.tenantId} = ${tenantId} AND ${targets.id} > ${from} AND ${condition}
    ORDER BY ${targets.id} LIMIT ${size} FOR KEY SHARE OF ${targets}`);
  const ids = chosen.map((row) => Number(row.id));
  await insertRolloutTargets(step.tx, { tenantId, rolloutId: id, groupId: group.id }, ids);
  return { added: ids.length, last: ids.at(-1) ?? 0 };
}

/** Puts locked targets into a group. */
export async function insertRolloutTargets(
  tx: Transaction,
  { tenantId, rolloutId, groupId }: { tenantId: number; rolloutId: number; groupId: number },
  targetIds: readonly number[],
): Promise<void> {
  for (const chunk of chunks(targetIds))
    await tx.execute(insertFromArrays(rolloutTargets, { targetId: chunk }, { tenantId, rolloutId, groupId }));
}

async function finishCreation(step: RolloutStep, groups: readonly GroupRow[]): Promise<void> {
  const { context, rollout } = step;
  const last = groups.at(-1)!;
  if (rollout.dynamic && !last.dynamic) await addDynamicGroup(step, groups, 'ready');
  const { settings } = await context.tenants.byId(rollout.tenantId);
  await setRolloutStatus(step, settings.rolloutApproval ? 'waiting_for_approval' : 'ready', {
    totalTargets: groups.reduce((sum, { totalTargets }) => sum + totalTargets, 0),
  });
}

/** A further group, like the last one, for targets that appear later. */
export async function addDynamicGroup(
  { tx, context, changes, rollout }: RolloutStep,
  groups: readonly GroupRow[],
  status: 'ready' | 'scheduled',
): Promise<void> {
  const last = groups.at(-1)!;
  const usual = `group-${groups.length}`;
  const suffix = last.name.startsWith(usual) ? last.name.slice(usual.length) : '';
  const name = `group-${groups.length + 1}${suffix}`;
  const plan: GroupPlan = {
    name,
    description: name,
    status,
    filter: last.filter,
    percentage: last.dynamic ? last.percentage : Math.max(last.totalTargets, 1),
    dynamic: true,
    confirmationRequired: last.confirmationRequired,
    successThreshold: last.successThreshold,
    successAction: last.successAction,
    successActionExpression: last.successActionExpression,
    errorThreshold: last.errorThreshold,
    errorActionExpression: last.errorActionExpression,
  };
  await tx.insert(rolloutGroups).values({
    tenantId: rollout.tenantId,
    rolloutId: rollout.id,
    totalTargets: 0,
    ...plan,
    ...creationStamp(context),
  });
  changes.rollouts([rollout.id]);
  changes.record({
    type: 'rollout-group.created',
    subjects: [rollout.name],
    changes: { group: { new: name } },
  });
}
