import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { type ActionStatus, actions, type ForceType } from '../../../database/tables/actions.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import type { Authored } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { type MaintenanceWindow, maintenanceWindowOf } from '../assignments/maintenance-window.ts';

/** An action as callers get it. */
export interface Action extends Authored {
  id: number;
  target: { id: number; controllerId: string; name: string };
  distributionSet: { id: number; name: string; version: string };
  status: ActionStatus;
  /** Whether the device has still to do something about it. */
  active: boolean;
  forceType: ForceType;
  /** Null unless it is time-forced. */
  forcedAt: Date | null;
  weight: number;
  maintenanceWindow: MaintenanceWindow | null;
  externalRef: string | null;
  initiatedBy: string;
  /** The rollout that it is a part of, and its group there. */
  rollout: { id: number; name: string; groupId: number; groupName: string } | null;
  lastStatusCode: number | null;
}

/** An update that is to be stopped, or was, counts as a cancellation. */
export const isCancellation = ({ status }: Pick<Action, 'status'>): boolean =>
  status === 'canceling' || status === 'canceled';

const COLUMNS = {
  id: actions.id,
  target: { id: targets.id, controllerId: targets.controllerId, name: targets.name },
  distributionSet: {
    id: distributionSets.id,
    name: distributionSets.name,
    version: distributionSets.version,
  },
  status: actions.status,
  active: actions.active,
  forceType: actions.forceType,
  forcedAt: actions.forcedAt,
  weight: actions.weight,
  schedule: actions.windowSchedule,
  duration: actions.windowDuration,
  timezone: actions.windowTimezone,
  externalRef: actions.externalRef,
  initiatedBy: actions.initiatedBy,
  rolloutId: rollouts.id,
  rolloutName: rollouts.name,
  rolloutGroupId: rolloutGroups.id,
  rolloutGroupName: rolloutGroups.name,
  lastStatusCode: actions.lastStatusCode,
  createdAt: actions.createdAt,
  createdBy: actions.createdBy,
  lastModifiedAt: actions.lastModifiedAt,
  lastModifiedBy: actions.lastModifiedBy,
};

export const actionJoinsTarget = and(
  eq(targets.tenantId, actions.tenantId),
  eq(targets.id, actions.targetId),
);
export const actionJoinsSet = and(
  eq(distributionSets.tenantId, actions.tenantId),
  eq(distributionSets.id, actions.setId),
);

export const actionJoinsGroup = and(
  eq(rolloutGroups.tenantId, actions.tenantId),
  eq(rolloutGroups.id, actions.rolloutGroupId),
);
export const groupJoinsRollout = and(
  eq(rollouts.tenantId, rolloutGroups.tenantId),
  eq(rollouts.id, rolloutGroups.rolloutId),
);

/** Actions with all that filters may name; narrow it by `where`. */
export const selectActions = (database: Database | Transaction) =>
  database
    .select(COLUMNS)
    .from(actions)
    .innerJoin(targets, actionJoinsTarget)
    .innerJoin(distributionSets, actionJoinsSet)
    .leftJoin(rolloutGroups, actionJoinsGroup)
    .leftJoin(rollouts, groupJoinsRollout)
    .$dynamic();

type ActionRow = Awaited<ReturnType<typeof selectActions>>[number];

export const actionOf = ({
  schedule,
  duration,
  timezone,
  rolloutId,
  rolloutName,
  rolloutGroupId,
  rolloutGroupName,
  ...row
}: ActionRow): Action => ({
  ...row,
  maintenanceWindow: maintenanceWindowOf({ schedule, duration, timezone }),
  rollout:
    rolloutId === null
      ? null
      : { id: rolloutId, name: rolloutName!, groupId: rolloutGroupId!, groupName: rolloutGroupName! },
});

/** The actions of those ids that exist and whose targets the caller may read, by id. */
export async function readActions(
  context: Context,
  database: Database | Transaction,
  ids: readonly number[],
): Promise<Map<number, Action>> {
  const rows = await selectActions(database).where(
    and(
      eq(actions.tenantId, context.caller.tenantId),
      isAmong(actions.id, ids),
      await targetInScope(context, 'READ_TARGET', actions.targetId),
    ),
  );
  return new Map(rows.map((row) => [row.id, actionOf(row)]));
}
