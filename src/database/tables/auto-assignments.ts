import { boolean, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import type { ForceType } from './actions.ts';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { distributionSets } from './distribution-sets.ts';
import { targetFilters } from './target-data.ts';
import { tenantReference } from './tenants.ts';

/** In what an auto-assignment can be; only one that is `running` assigns. */
export const AUTO_ASSIGNMENT_STATUSES = [
  'waiting_for_approval',
  'approval_denied',
  'ready',
  'running',
  'paused',
] as const;
export type AutoAssignmentStatus = (typeof AUTO_ASSIGNMENT_STATUSES)[number];

/** Distribution sets for all targets that match a query, be it now or later. */
export const autoAssignments = pgTable(
  'auto_assignments',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    description: text('description'),
    /** RSQL. Of a saved filter's one it is the filter's. */
    query: text('query').notNull(),
    /** The saved filter that it belongs to. */
    targetFilterId: reference('target_filter_id'),
    setId: reference('set_id').notNull(),
    forceType: exactText('force_type').$type<ForceType>().notNull(),
    weight: integer('weight').notNull(),
    confirmationRequired: boolean('confirmation_required').notNull(),
    status: exactText('status').$type<AutoAssignmentStatus>().notNull(),
    /** Before it doesn't begin by itself. */
    startAt: instant('start_at'),
    approvalDecidedBy: text('approval_decided_by'),
    approvalRemark: text('approval_remark'),
    /** In whose name it assigns. */
    initiatedBy: text('initiated_by').notNull(),
    /** Which targets they could change when they set it up: those that match any of these filters; all where null. */
    creatorScopes: text('creator_scopes').array(),
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
