import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import type { ForceType } from '../../../database/tables/actions.ts';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import {
  type RolloutStatus,
  rolloutGroups,
  rollouts,
  rolloutTargets,
} from '../../../database/tables/rollouts.ts';
import { readOnly, rolloutIllegalState, rolloutNotFound } from '../../../errors.ts';
import { combinedScope } from '../../fleet/targets/combined-scope.ts';
import { type Authored, modificationStamp } from '../../shared/authorship.ts';
import type { ActorContext, Context } from '../../shared/context.ts';
import { withItsType } from '../../software/distribution-sets/distribution-set.ts';
import { totalForCaller } from './visible.ts';

/** A rollout as callers get it; its groups, and how far its targets are, are read apart. */
export interface Rollout extends Authored {
  id: number;
  name: string;
  description: string | null;
  distributionSet: { id: number; name: string; version: string };
  /** RSQL, as it was written. */
  filter: string;
  status: RolloutStatus;
  /** When it starts by itself; null if somebody has to start it. */
  startAt: Date | null;
  /** When it began to start; null before. */
  startedAt: Date | null;
  /** When it came to its end: it finished, was stopped or denied, or was deleted before; null before. */
  finishedAt: Date | null;
  forceType: ForceType;
  forcedAt: Date | null;
  weight: number;
  /** Whether targets that appear later are taken in. */
  dynamic: boolean;
  /** Whether it also takes in targets that the set is not for. */
  ignoreTargetFilter: boolean;
  totalTargets: number;
  totalGroups: number;
  approvalDecidedBy: string | null;
  approvalRemark: string | null;
  deleted: boolean;
}

const columnsOf = (tenantId: number) => ({
  id: rollouts.id,
  name: rollouts.name,
  description: rollouts.description,
  distributionSet: {
    id: distributionSets.id,
    name: distributionSets.name,
    version: distributionSets.version,
  },
  filter: rollouts.filter,
  status: rollouts.status,
  startAt: rollouts.startAt,
  startedAt: rollouts.startedAt,
  finishedAt: rollouts.finishedAt,
  forceType: rollouts.forceType,
  forcedAt: rollouts.forcedAt,
  weight: rollouts.weight,
  dynamic: rollouts.dynamic,
  ignoreTargetFilter: rollouts.ignoreTargetFilter,
  totalTargets: rollouts.totalTargets,
  totalGroups: sql<number>`(SELECT count(*) FROM ${rolloutGroups}
    WHERE ${rolloutGroups.tenantId} = ${tenantId} AND ${rolloutGroups.rolloutId} = ${rollouts.id})`.mapWith(
    Number,
  ),
  approvalDecidedBy: rollouts.approvalDecidedBy,
  approvalRemark: rollouts.approvalRemark,
  deleted: rollouts.deleted,
  createdAt: rollouts.createdAt,
  createdBy: rollouts.createdBy,
  lastModifiedAt: rollouts.lastModifiedAt,
  lastModifiedBy: rollouts.lastModifiedBy,
});

export const rolloutJoinsSet = and(
  eq(distributionSets.tenantId, rollouts.tenantId),
  eq(distributionSets.id, rollouts.setId),
);

/** How many targets of a rollout the caller may count; while the rollout is being filled, how many it was planned for. */
export async function totalOfRollout(context: Context): Promise<SQL<number> | undefined> {
  const itsOwn = sql`${rolloutTargets.rolloutId} = ${rollouts.id}`;
  const seen = await totalForCaller(context, itsOwn);
  return (
    seen &&
    sql`CASE WHEN ${rollouts.status} = 'creating' AND ${rollouts.creatorScope} = ${combinedScope(context)?.text ?? null}
      THEN ${rollouts.totalTargets} ELSE ${seen} END`.mapWith(Number)
  );
}

/** Rollouts of the tenant with all that filters may name; narrow it by `where`. */
export const selectRollouts = (
  database: Database | Transaction,
  tenantId: number,
  totalTargets?: SQL<number>,
) =>
  database
    .select({ ...columnsOf(tenantId), ...(totalTargets && { totalTargets }) })
    .from(rollouts)
    .innerJoin(distributionSets, rolloutJoinsSet)
    .innerJoin(distributionSetTypes, withItsType)
    .$dynamic();

/** The rollouts of those ids that exist, by id. */
export async function readRollouts(
  context: Context,
  database: Database | Transaction,
  ids: readonly number[],
): Promise<Map<number, Rollout>> {
  const { tenantId } = context.caller;
  const rows = await selectRollouts(database, tenantId, await totalOfRollout(context)).where(
    and(eq(rollouts.tenantId, tenantId), isAmong(rollouts.id, ids)),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A rollout that is locked until the transaction ends. */
export type LockedRollout = typeof rollouts.$inferSelect;

/** A locked rollout as callers get it now. */
export const rereadRollout = async (
  tx: Transaction,
  context: Context,
  { id }: LockedRollout,
): Promise<Rollout> => (await readRollouts(context, tx, [id])).get(id)!;

/** The rollout, locked: verbs and the periodic job go one by one on it. @throws ROLLOUT_NOT_FOUND */
export async function lockRollout(
  tx: Transaction,
  { caller: { tenantId } }: Pick<ActorContext, 'caller'>,
  id: number,
): Promise<LockedRollout> {
  const [rollout] = await tx
    .select()
    .from(rollouts)
    .where(and(eq(rollouts.tenantId, tenantId), isAmong(rollouts.id, [id])))
    .for('no key update');
  if (!rollout) throw rolloutNotFound(String(id));
  return rollout;
}

/** What has not ended yet, nor is about to. */
export const STOPPABLE = [
  'creating',
  'waiting_for_approval',
  'approval_denied',
  'ready',
  'starting',
  'running',
  'paused',
] as const satisfies RolloutStatus[];

/** The states in which a rollout no longer changes. */
export const FINAL_STATUSES: readonly RolloutStatus[] = ['finished', 'stopped', 'approval_denied', 'deleted'];

/** @throws ROLLOUT_ILLEGAL_STATE unless it is in one of the states in which somebody may do `what` */
export function requireStatus(
  { id, status }: LockedRollout,
  what: string,
  ...allowed: readonly RolloutStatus[]
): void {
  if (!allowed.includes(status)) throw rolloutIllegalState(String(id), what, status);
}

/** @throws READ_ONLY */
export function requireUndeleted({ id, status }: LockedRollout): void {
  if (status === 'deleting' || status === 'deleted')
    throw readOnly(`The rollout ${id} was deleted and cannot change any more.`);
}

/** Writes what is different in a locked rollout, who changed it, and when it began or ended, if it does. */
export async function writeRollout(
  tx: Transaction,
  context: ActorContext,
  { tenantId, id, finishedAt }: Pick<LockedRollout, 'tenantId' | 'id' | 'finishedAt'>,
  values: Partial<typeof rollouts.$inferInsert>,
): Promise<void> {
  const stamp = modificationStamp(context);
  const { status } = values;
  const begins = status === 'starting';
  const ends = status !== undefined && FINAL_STATUSES.includes(status) && !finishedAt;
  await tx
    .update(rollouts)
    .set({
      ...values,
      ...stamp,
      ...(begins && { startedAt: stamp.lastModifiedAt }),
      ...(ends && { finishedAt: stamp.lastModifiedAt }),
    })
    .where(and(eq(rollouts.tenantId, tenantId), eq(rollouts.id, id)));
}
