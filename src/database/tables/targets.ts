import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant, lowered, reference, wildcards } from './columns.ts';
import { targetTypes } from './target-types.ts';
import { tenantReference } from './tenants.ts';

export const UPDATE_STATUSES = ['unknown', 'registered', 'pending', 'in_sync', 'error'] as const;
export type UpdateStatus = (typeof UPDATE_STATUSES)[number];

export const CREDENTIAL_KINDS = [
  'target_token',
  'derived_token',
  'gateway_token',
  'group_token',
  'certificate',
  'proxy_certificate',
] as const;
/** What a device signs in with. */
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export const targets = pgTable(
  'targets',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    controllerId: exactText('controller_id').notNull(),
    name: exactText('name').notNull(),
    description: exactText('description'),
    group: exactText('group'),
    targetTypeId: reference('target_type_id'),
    securityToken: text('security_token').notNull(),
    requestAttributes: boolean('request_attributes').notNull(),
    updateStatus: text('update_status', { enum: UPDATE_STATUSES }).notNull(),
    installedAt: instant('installed_at'),
    /**
     * The enrollment group that registered it. No foreign key: the group may be deleted, and its id is never used
     * again.
     */
    enrollmentGroupId: reference('enrollment_group_id'),
    /** What it registered itself with, and from which address; null where somebody created it. */
    registeredWith: text('registered_with', { enum: CREDENTIAL_KINDS }),
    registeredFrom: text('registered_from'),
    /** When two devices were last suspected to use its name. */
    sharingSuspectedAt: instant('sharing_suspected_at'),
    /** When the tokens that are derived for it stop working, since it has one of its own or was cut off. */
    derivedTokensEndAt: instant('derived_tokens_end_at'),
    /** Of the newest certificate that was issued to it and isn't revoked: filters look for those that end. */
    certificateExpiresAt: instant('certificate_expires_at'),
    /** When its device was taken over by another tenant, and which target it is there. The row stays as its history. */
    movedAt: instant('moved_at'),
    movedToTenantId: reference('moved_to_tenant_id'),
    movedToTargetId: reference('moved_to_target_id'),
    /** When to look next whether its overlap has ended, and its certificates with it; null where it has moved without any. */
    overlapDueAt: instant('overlap_due_at'),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('targets_controller_id_key').on(t.tenantId, t.controllerId),
    foreignKey({
      name: 'targets_target_type_fkey',
      columns: [t.tenantId, t.targetTypeId],
      foreignColumns: [targetTypes.tenantId, targetTypes.id],
    }),
    check(
      'targets_update_status_check',
      sql`${t.updateStatus} IN ('unknown', 'registered', 'pending', 'in_sync', 'error')`,
    ),
    index('targets_controller_id_lowered_idx').on(t.tenantId, lowered(t.controllerId)),
    index('targets_name_lowered_idx').on(t.tenantId, lowered(t.name)),
    // The order of a list by name: the index alone passes over what an offset skips.
    index('targets_name_idx').on(t.tenantId, t.name, t.controllerId),
    index('targets_created_at_idx').on(t.tenantId, t.createdAt, t.controllerId),
    // Of all rows, because the planner doesn't use the statistics of a partial index.
    index('targets_group_lowered_idx').on(t.tenantId, lowered(t.group)),
    // One index for all three columns, because a further index costs a creation more than a further column. New entries
    // wait in a list that every search reads: two megabytes take 3 ms.
    index('targets_wildcards_idx')
      .using('gin', t.tenantId, wildcards(t.controllerId), wildcards(t.name), wildcards(t.description))
      .with({ gin_pending_list_limit: 2048 }),
    index('targets_target_type_idx').on(t.tenantId, t.targetTypeId).where(sql`${t.targetTypeId} IS NOT NULL`),
    index('targets_enrollment_group_idx')
      .on(t.tenantId, t.enrollmentGroupId)
      .where(sql`${t.enrollmentGroupId} IS NOT NULL`),
    index('targets_overlap_due_at_idx').on(t.overlapDueAt).where(sql`${t.overlapDueAt} IS NOT NULL`),
    index('targets_certificate_expires_at_idx')
      .on(t.tenantId, t.certificateExpiresAt)
      .where(sql`${t.certificateExpiresAt} IS NOT NULL`),
  ],
);

/** With what and from where a device polled, and since when. */
export interface PollSide {
  /** Tells it from other sides of the same device, mostly. */
  mark: number;
  /** The same of the credential alone. */
  credential: number;
  kind: CredentialKind;
  address: string;
  /** In milliseconds since 1970. */
  at: number;
}

/** How the sides of a device's polls have changed. */
export interface Alternation {
  now: PollSide;
  before?: PollSide;
  /** How often in a row it came back to the side before, in time. */
  returns: number;
  /** When it was last told as a suspicion, or tried to be, in milliseconds since 1970. */
  toldAt?: number;
}

/**
 * When and from where a device last polled. It is separate from `targets`, because nearly every request writes it: no
 * index has its columns and pages keep free space, so that an update writes only one page.
 */
export const targetPolls = pgTable(
  'target_polls',
  {
    tenantId: reference('tenant_id').notNull(),
    targetId: reference('target_id').notNull(),
    lastRequestAt: instant('last_request_at'),
    /** The address that was written last, by the device or by an administrator. */
    address: text('address'),
    /** What it signed in with last, and when that expires; written only when it changes. */
    credential: text('credential', { enum: CREDENTIAL_KINDS }),
    credentialExpiresAt: instant('credential_expires_at'),
    /** The mark of the side that it polled from last, whichever process answered. */
    side: integer('side'),
    /** Null for those that have always polled from one side. */
    alternation: jsonb('alternation').$type<Alternation>(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId] }),
    foreignKey({
      name: 'target_polls_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
  ],
);

/** How many targets a tenant has: the sum of its rows, which different connections count at the same time. */
export const targetCounts = pgTable(
  'target_counts',
  {
    tenantId: tenantReference(),
    share: integer('share').notNull(),
    total: bigint('total', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.share] })],
);

export const targetAttributes = pgTable(
  'target_attributes',
  {
    tenantId: reference('tenant_id').notNull(),
    targetId: reference('target_id').notNull(),
    key: exactText('key').notNull(),
    value: exactText('value').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId, t.key] }),
    foreignKey({
      name: 'target_attributes_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
    // All columns, so that the index alone has the answer: it finds an attribute of a million targets in milliseconds.
    index('target_attributes_value_idx').on(
      t.tenantId,
      lowered(t.key),
      lowered(t.value),
      t.targetId,
      t.key,
      t.value,
    ),
  ],
);
