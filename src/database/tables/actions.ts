import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { boolean, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { targets } from './targets.ts';

/** The statuses of an action, and of an entry of its history. */
export const ACTION_STATUSES = [
  'finished',
  'error',
  'warning',
  'running',
  'canceled',
  'canceling',
  'retrieved',
  'download',
  'scheduled',
  'cancel_rejected',
  'downloaded',
  'wait_for_confirmation',
] as const;
export type ActionStatus = (typeof ACTION_STATUSES)[number];

export const FORCE_TYPES = ['soft', 'forced', 'timeforced', 'downloadonly'] as const;
export type ForceType = (typeof FORCE_TYPES)[number];

/**
 * One assignment of a distribution set to a target, and its result. Without foreign keys, which would take more time than
 * all the rest where a million are made: who makes actions has their targets and their set locked, and who deletes a
 * target, a set or a group looks for actions.
 */
export const actions = pgTable(
  'actions',
  {
    tenantId: reference('tenant_id').notNull(),
    id: identity('id'),
    targetId: reference('target_id').notNull(),
    setId: reference('set_id').notNull(),
    /** The rollout group that it was created for. */
    rolloutGroupId: reference('rollout_group_id'),
    status: exactText('status').$type<ActionStatus>().notNull(),
    /** Whether the device still has something to do. */
    active: boolean('active').notNull(),
    forceType: exactText('force_type').$type<ForceType>().notNull(),
    /** When a time-forced action becomes forced. */
    forcedAt: instant('forced_at'),
    weight: integer('weight').notNull(),
    /** When the device may install: all three, or none. */
    windowSchedule: text('window_schedule'),
    windowDuration: text('window_duration'),
    windowTimezone: text('window_timezone'),
    /** Its name in another system. */
    externalRef: text('external_ref'),
    initiatedBy: text('initiated_by').notNull(),
    /** The code in the newest report of the device. */
    lastStatusCode: integer('last_status_code'),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('actions_target_idx').on(t.tenantId, t.targetId, t.id),
    index('actions_active_idx').on(t.tenantId, t.targetId, t.weight.desc(), t.id).where(sql`${t.active}`),
    index('actions_set_idx').on(t.tenantId, t.setId, t.status),
    // For the clean-up; an action is in it after its end.
    index('actions_ended_idx').on(t.tenantId, t.lastModifiedAt).where(isEnded(t)),
    index('actions_rollout_group_idx')
      .on(t.tenantId, t.rolloutGroupId, t.status, t.targetId)
      .where(sql`${t.rolloutGroupId} IS NOT NULL`),
  ],
);

/** Whether an action has come to its end. */
export function isEnded({ active, status }: Record<'active' | 'status', SQLWrapper>): SQL {
  return sql`(NOT ${active} AND ${status} <> 'scheduled')`;
}

/** The history of an action: what the server did and what the device reported. */
export const actionEntries = pgTable(
  'action_entries',
  {
    tenantId: reference('tenant_id').notNull(),
    id: identity('id'),
    actionId: reference('action_id').notNull(),
    status: exactText('status').$type<ActionStatus>().notNull(),
    code: integer('code'),
    messages: text('messages').array().notNull(),
    /** When it happened, as the device says. */
    occurredAt: instant('occurred_at').notNull(),
    /** When the server received it. */
    reportedAt: instant('reported_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({
      name: 'action_entries_action_fkey',
      columns: [t.tenantId, t.actionId],
      foreignColumns: [actions.tenantId, actions.id],
    }).onDelete('cascade'),
    index('action_entries_action_idx').on(t.tenantId, t.actionId, t.id),
  ],
);

/**
 * Which set a target should have, and which it has. It is separate from `targets`, so that its indexes cost nothing
 * when targets are created or read. A target that never had either set has no row. Its sets are kept as those of actions
 * are.
 */
export const targetDeployments = pgTable(
  'target_deployments',
  {
    tenantId: reference('tenant_id').notNull(),
    targetId: reference('target_id').notNull(),
    assignedSetId: reference('assigned_set_id'),
    installedSetId: reference('installed_set_id'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId] }),
    foreignKey({
      name: 'target_deployments_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
    index('target_deployments_assigned_set_idx').on(t.tenantId, t.assignedSetId),
    index('target_deployments_installed_set_idx').on(t.tenantId, t.installedSetId),
  ],
);
