import { and, eq, notInArray, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import {
  type RolloutGroupStatus,
  rolloutGroups,
  rolloutTargets,
  type SuccessAction,
} from '../../../database/tables/rollouts.ts';
import { type Authored, modificationStamp } from '../../shared/authorship.ts';
import type { ActorContext, Context } from '../../shared/context.ts';
import { totalForCaller } from './visible.ts';

/** A group of a rollout as callers get it; how far its targets are is read apart. */
export interface RolloutGroup extends Authored {
  id: number;
  rolloutId: number;
  name: string;
  description: string | null;
  status: RolloutGroupStatus;
  /** RSQL: which of the rollout's targets; empty where any. */
  filter: string;
  /** How many percent of those that the filter matches; of a dynamic group how many targets it takes. */
  percentage: number;
  dynamic: boolean;
  confirmationRequired: boolean;
  /** In percent of the group's targets. */
  successThreshold: number;
  successAction: SuccessAction;
  errorThreshold: number;
  successActionExpression: string;
  errorActionExpression: string;
  totalTargets: number;
  /** When its targets were first told; null before, and if it had none to tell. */
  startedAt: Date | null;
  /** When it was done, or had failed on too many; null before. */
  finishedAt: Date | null;
}

const COLUMNS = {
  id: rolloutGroups.id,
  rolloutId: rolloutGroups.rolloutId,
  name: rolloutGroups.name,
  description: rolloutGroups.description,
  status: rolloutGroups.status,
  filter: rolloutGroups.filter,
  percentage: rolloutGroups.percentage,
  dynamic: rolloutGroups.dynamic,
  confirmationRequired: rolloutGroups.confirmationRequired,
  successThreshold: rolloutGroups.successThreshold,
  successAction: rolloutGroups.successAction,
  errorThreshold: rolloutGroups.errorThreshold,
  successActionExpression: rolloutGroups.successActionExpression,
  errorActionExpression: rolloutGroups.errorActionExpression,
  totalTargets: rolloutGroups.totalTargets,
  startedAt: rolloutGroups.startedAt,
  finishedAt: rolloutGroups.finishedAt,
  createdAt: rolloutGroups.createdAt,
  createdBy: rolloutGroups.createdBy,
  lastModifiedAt: rolloutGroups.lastModifiedAt,
  lastModifiedBy: rolloutGroups.lastModifiedBy,
};

/** Groups as callers get them; narrow it by `where`. */
export const selectGroups = (database: Database | Transaction, totalTargets?: SQL<number>) =>
  database
    .select(totalTargets ? { ...COLUMNS, totalTargets } : COLUMNS)
    .from(rolloutGroups)
    .$dynamic();

/** How many targets of a group count for the caller; undefined where the stored number is right. */
export const totalOfGroup = (context: Context): Promise<SQL<number> | undefined> =>
  totalForCaller(context, sql`${rolloutTargets.groupId} = ${rolloutGroups.id}`);

export type GroupRow = typeof rolloutGroups.$inferSelect;

/** The groups of a locked rollout, in the order in which they start. */
export const groupsOf = (
  tx: Transaction,
  { tenantId, id }: { tenantId: number; id: number },
): Promise<GroupRow[]> =>
  tx
    .select()
    .from(rolloutGroups)
    .where(and(eq(rolloutGroups.tenantId, tenantId), eq(rolloutGroups.rolloutId, id)))
    .orderBy(rolloutGroups.id);

/** Writes what is different in a group of a locked rollout, and who changed it. */
export const writeGroup = (
  tx: Transaction,
  context: ActorContext,
  { tenantId, id }: Pick<GroupRow, 'tenantId' | 'id'>,
  values: Partial<typeof rolloutGroups.$inferInsert>,
): Promise<unknown> =>
  tx
    .update(rolloutGroups)
    .set({ ...values, ...modificationStamp(context) })
    .where(and(eq(rolloutGroups.tenantId, tenantId), eq(rolloutGroups.id, id)));

/** Ends the groups of a rollout that is ended before they were. */
export const finishGroups = (
  tx: Transaction,
  context: ActorContext,
  { tenantId, id }: { tenantId: number; id: number },
): Promise<unknown> => {
  const stamp = modificationStamp(context);
  return tx
    .update(rolloutGroups)
    .set({ status: 'finished', finishedAt: stamp.lastModifiedAt, ...stamp })
    .where(
      and(
        eq(rolloutGroups.tenantId, tenantId),
        eq(rolloutGroups.rolloutId, id),
        notInArray(rolloutGroups.status, ['finished', 'error']),
      ),
    );
};
