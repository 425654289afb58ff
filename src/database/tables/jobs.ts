import { bigint, boolean, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';

export const JOB_STATES = ['queued', 'running', 'finished', 'failed', 'canceled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** What a job does, by the verb that does the same to few targets. */
export const JOB_KINDS = [
  'delete_targets',
  'rotate_target_tokens',
  'release_targets',
  'end_claim_codes',
  'assign_target_type',
  'assign_target_group',
  'assign_target_tags',
  'unassign_target_tags',
  'set_target_metadata',
  'delete_target_metadata',
  'approve_targets',
  'reject_targets',
  'set_target_attributes',
  'set_auto_confirm',
  'assign_distribution_set',
  'cancel_actions',
  'force_actions',
  'confirm_actions',
  'delete_actions',
] as const;
export type JobKindName = (typeof JOB_KINDS)[number];

/** Why a target was passed over. */
export interface JobFault {
  controllerId: string;
  code: string;
  message: string;
}

const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);

/** Changes of all targets, pending targets or actions that match a filter, each with how far it is: all numbers count what is committed. */
export const jobs = pgTable(
  'jobs',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    kind: text('kind', { enum: JOB_KINDS }).notNull(),
    state: text('state', { enum: JOB_STATES }).notNull(),
    filter: text('filter').notNull(),
    /** What the verb takes beside the filter. */
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull(),
    /** How many matched when it began, how many it has handled, changed, and passed over because of a fault. */
    total: bigint('total', { mode: 'number' }).notNull(),
    done: counter('done'),
    changed: counter('changed'),
    failed: counter('failed'),
    faults: jsonb('faults').$type<JobFault[]>().notNull().default([]),
    /** Why it failed as a whole. */
    code: text('code'),
    message: text('message'),
    /** It goes through the ids in their order: after which it goes on, and which is the last. */
    reached: counter('reached'),
    upTo: bigint('up_to', { mode: 'number' }).notNull(),
    /** Its event of the audit trail, once it has changed something. */
    eventId: reference('event_id'),
    /** Who began it, with what they were permitted then. */
    username: exactText('username').notNull(),
    hasAccount: boolean('has_account').notNull(),
    apiKeyId: reference('api_key_id'),
    grants: text('grants').array().notNull(),
    channel: text('channel').notNull(),
    address: text('address'),
    /** The request that began it, and the `traceparent` of its trace, where traces are recorded. */
    requestId: exactText('request_id'),
    traceParent: exactText('trace_parent'),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    updatedAt: instant('updated_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    // The few that are under way are looked for every second.
    index('jobs_state_idx').on(t.state, t.tenantId, t.id),
    index('jobs_ended_at_idx').on(t.tenantId, t.endedAt),
  ],
);
