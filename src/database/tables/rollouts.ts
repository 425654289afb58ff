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
import { targets } from './targets.ts';
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
    /** Which targets, as it was written. */
    filter: text('filter').notNull(),
    /** The scopes in which its creator may read and change targets, as a filter; null where these are all. */
    creatorScope: text('creator_scope'),
    status: exactText('status').$type<RolloutStatus>().notNull(),
    /** From when on it begins by itself. */
    startAt: instant('start_at'),
    /** Of its actions, as the following. */
    forceType: exactText('force_type').$type<'soft' | 'forced' | 'timeforced' | 'downloadonly'>().notNull(),
    forcedAt: instant('forced_at'),
    weight: integer('weight').notNull(),
    /** Whether targets that appear later are taken in. */
    dynamic: boolean('dynamic').notNull(),
    totalTargets: integer('total_targets').notNull(),
    approvalDecidedBy: text('approval_decided_by'),
    approvalRemark: text('approval_remark'),
    /** It was deleted after it had begun. */
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
    // What the periodic job looks through.
    index('rollouts_under_way_idx')
      .on(t.tenantId, t.id)
      .where(sql`${t.status} IN ('creating', 'ready', 'starting', 'running', 'stopping', 'deleting')`),
  ],
);

/** A part of a rollout's targets; the groups begin in the order of their ids. */
export const rolloutGroups = pgTable(
  'rollout_groups',
  {
    tenantId: reference('tenant_id').notNull(),
    id: identity('id'),
    rolloutId: reference('rollout_id').notNull(),
    name: exactText('name').notNull(),
    description: text('description'),
    status: exactText('status').$type<RolloutGroupStatus>().notNull(),
    /** Which of the rollout's targets; empty where any. */
    filter: text('filter').notNull(),
    /** How many percent of those that the filter matches; of a dynamic group how many targets it takes. */
    percentage: real('percentage').notNull(),
    dynamic: boolean('dynamic').notNull(),
    confirmationRequired: boolean('confirmation_required').notNull(),
    /** Percent of the targets; so many finished begin the next group, more failed pause the rollout. */
    successThreshold: integer('success_threshold').notNull(),
    successAction: exactText('success_action').$type<SuccessAction>().notNull(),
    errorThreshold: integer('error_threshold').notNull(),
    /** Of no meaning here: kept as clients gave them. */
    successActionExpression: text('success_action_expression').notNull(),
    errorActionExpression: text('error_action_expression').notNull(),
    totalTargets: integer('total_targets').notNull(),
    /** How many could come into it when its filling began; null before. */
    candidates: integer('candidates'),
    /** Up to which target id it is filled, and its targets have actions. */
    filledTo: reference('filled_to').notNull().default(0),
    scheduledTo: reference('scheduled_to').notNull().default(0),
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

/** Which targets are in which group: each in one of a rollout. As narrow as can be, as there may be millions. */
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
    foreignKey({
      name: 'rollout_targets_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'rollout_targets_group_fkey',
      columns: [t.tenantId, t.groupId],
      foreignColumns: [rolloutGroups.tenantId, rolloutGroups.id],
    }).onDelete('cascade'),
    index('rollout_targets_group_idx').on(t.tenantId, t.groupId, t.targetId),
  ],
);
