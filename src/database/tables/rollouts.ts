import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { distributionSets } from './distribution-sets.ts';
import { tenantReference } from './tenants.ts';

export const ROLLOUT_STATUSES = [
  'creating',
  'waiting_for_approval',
  'approval_denied',
  'ready',
  'starting',
  'running',
  'paused',
  'finished',
  'stopping',
  'stopped',
  'deleting',
  'deleted',
] as const;
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number];

export const ROLLOUT_GROUP_STATUSES = [
  'creating',
  'ready',
  'scheduled',
  'running',
  'finished',
  'error',
] as const;
export type RolloutGroupStatus = (typeof ROLLOUT_GROUP_STATUSES)[number];

export const SUCCESS_ACTIONS = ['NEXTGROUP', 'PAUSE'] as const;
export type SuccessAction = (typeof SUCCESS_ACTIONS)[number];

/** One distribution set for many targets, group after group. */
export const rollouts = pgTable(
  'rollouts',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    description: text('description'),
    setId: reference('set_id').notNull(),
    /** The filter of its targets, as it was written. */
    filter: text('filter').notNull(),
    /** Creator's scope: a filter for the targets that they may read and change; null means all. */
    creatorScope: text('creator_scope'),
    /** Whether it also takes in targets that the set is not for. */
    ignoreTargetFilter: boolean('ignore_target_filter').notNull().default(false),
    status: exactText('status').$type<RolloutStatus>().notNull(),
    /** When it starts by itself. */
    startAt: instant('start_at'),
    /** When it did start, and when it ended, however it did. */
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    /** This and the following are for its actions. */
    forceType: exactText('force_type').$type<'soft' | 'forced' | 'timeforced' | 'downloadonly'>().notNull(),
    forcedAt: instant('forced_at'),
    weight: integer('weight').notNull(),
    /** Whether targets that appear later are added. */
    dynamic: boolean('dynamic').notNull(),
    totalTargets: integer('total_targets').notNull(),
    approvalDecidedBy: text('approval_decided_by'),
    approvalRemark: text('approval_remark'),
    /** It was deleted after its start. */
    deleted: boolean('deleted').notNull().default(false),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('rollouts_name_key').on(t.tenantId, t.name),
    foreignKey({
      name: 'rollouts_set_fkey',
      columns: [t.tenantId, t.setId],
      foreignColumns: [distributionSets.tenantId, distributionSets.id],
    }),
    index('rollouts_set_idx').on(t.tenantId, t.setId),
    // The rollouts that the periodic job visits.
    index('rollouts_under_way_idx')
      .on(t.tenantId, t.id)
      .where(sql`${t.status} IN ('creating', 'ready', 'starting', 'running', 'stopping', 'deleting')`),
  ],
);

/** A part of a rollout's targets; the groups start in the order of their ids. */
export const rolloutGroups = pgTable(
  'rollout_groups',
  {
    tenantId: reference('tenant_id').notNull(),
    id: identity('id'),
    rolloutId: reference('rollout_id').notNull(),
    name: exactText('name').notNull(),
    description: text('description'),
    status: exactText('status').$type<RolloutGroupStatus>().notNull(),
    /** The filter for its part of the rollout's targets; empty means any. */
    filter: text('filter').notNull(),
    /** Percent of the targets that match the filter; for a dynamic group, how many targets it takes. */
    percentage: real('percentage').notNull(),
    dynamic: boolean('dynamic').notNull(),
    confirmationRequired: boolean('confirmation_required').notNull(),
    /**
     * Percent of the targets: if so many have finished, the next group starts; if more have failed, the rollout pauses.
     */
    successThreshold: integer('success_threshold').notNull(),
    successAction: exactText('success_action').$type<SuccessAction>().notNull(),
    errorThreshold: integer('error_threshold').notNull(),
    /** Without meaning here: stored as clients gave them. */
    successActionExpression: text('success_action_expression').notNull(),
    errorActionExpression: text('error_action_expression').notNull(),
    totalTargets: integer('total_targets').notNull(),
    /** How many targets it could get when its filling started; null before. */
    candidates: integer('candidates'),
    /** Up to which target id it is filled; and up to which its targets have actions, later up to which these have begun. */
    filledTo: reference('filled_to').notNull().default(0),
    scheduledTo: reference('scheduled_to').notNull().default(0),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('rollout_groups_name_key').on(t.tenantId, t.rolloutId, t.name),
    foreignKey({
      name: 'rollout_groups_rollout_fkey',
      columns: [t.tenantId, t.rolloutId],
      foreignColumns: [rollouts.tenantId, rollouts.id],
    }).onDelete('cascade'),
    index('rollout_groups_rollout_idx').on(t.tenantId, t.rolloutId, t.id),
  ],
);

/**
 * Which targets are in which group; each is in one group of a rollout. A narrow table: there may be millions of rows. It
 * has no foreign keys, as `actions` hasn't.
 */
export const rolloutTargets = pgTable(
  'rollout_targets',
  {
    tenantId: reference('tenant_id').notNull(),
    targetId: reference('target_id').notNull(),
    rolloutId: reference('rollout_id').notNull(),
    groupId: reference('group_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId, t.rolloutId] }),
    index('rollout_targets_group_idx').on(t.tenantId, t.groupId, t.targetId),
  ],
);
