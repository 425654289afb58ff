import { boolean, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import type { ForceType } from './actions.ts';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { distributionSets } from './distribution-sets.ts';
import { targetFilters } from './target-data.ts';
import { tenantReference } from './tenants.ts';

/** The statuses of an auto-assignment; only `running` ones assign. */
export const AUTO_ASSIGNMENT_STATUSES = [
  'waiting_for_approval',
  'approval_denied',
  'ready',
  'running',
  'paused',
] as const;
export type AutoAssignmentStatus = (typeof AUTO_ASSIGNMENT_STATUSES)[number];

/** Distribution sets for all targets that match a filter, now or later. */
export const autoAssignments = pgTable(
  'auto_assignments',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    description: text('description'),
    /** RSQL. If it belongs to a target filter, it is the expression of that filter. */
    filter: text('filter').notNull(),
    /** The target filter that it belongs to. */
    targetFilterId: reference('target_filter_id'),
    setId: reference('set_id').notNull(),
    forceType: exactText('force_type').$type<ForceType>().notNull(),
    weight: integer('weight').notNull(),
    confirmationRequired: boolean('confirmation_required').notNull(),
    status: exactText('status').$type<AutoAssignmentStatus>().notNull(),
    /** It doesn't start by itself before this time. */
    startAt: instant('start_at'),
    approvalDecidedBy: text('approval_decided_by'),
    approvalRemark: text('approval_remark'),
    /** The account in whose name it assigns. */
    initiatedBy: text('initiated_by').notNull(),
    /** The targets that its creator could change then: those that match any of these filters; null means all. */
    creatorScopes: text('creator_scopes').array(),
    /** Whether it also reaches targets that the set is not for. */
    ignoreTargetFilter: boolean('ignore_target_filter').notNull().default(false),
    /** Up to which target id the pass under way has come; 0: none is. */
    passedTo: reference('passed_to').notNull().default(0),
    /** The newest target when the last pass began. */
    newestPassed: reference('newest_passed').notNull().default(0),
    /** When the next pass may begin at the earliest. */
    restsUntil: instant('rests_until'),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('auto_assignments_name_key').on(t.tenantId, t.name),
    unique('auto_assignments_target_filter_key').on(t.tenantId, t.targetFilterId),
    foreignKey({
      name: 'auto_assignments_target_filter_fkey',
      columns: [t.tenantId, t.targetFilterId],
      foreignColumns: [targetFilters.tenantId, targetFilters.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'auto_assignments_set_fkey',
      columns: [t.tenantId, t.setId],
      foreignColumns: [distributionSets.tenantId, distributionSets.id],
    }),
    index('auto_assignments_set_idx').on(t.tenantId, t.setId),
  ],
);
