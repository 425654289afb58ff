import { sql } from 'drizzle-orm';
import {
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
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { certificateAuthorities } from './certificate-authorities.ts';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { targetTags } from './target-data.ts';
import { targetTypes } from './target-types.ts';
import { CREDENTIAL_KINDS } from './targets.ts';
import { tenantReference } from './tenants.ts';

export const APPLIES_TO = ['registered', 'all'] as const;
/** Which targets the tokens of a group are valid for: those that it registered, or all of the tenant. */
export type AppliesTo = (typeof APPLIES_TO)[number];

export const KEY_KINDS = [
  'EC_P256',
  'EC_P384',
  'EC_P521',
  'ED25519',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
] as const;
/** Kinds and sizes of keys that a certificate can be issued for. */
export type KeyKind = (typeof KEY_KINDS)[number];

/** On what terms devices get certificates. Their subject is always the controllerId. */
export interface CertificatePolicy {
  lifetimeDays: number;
  /** How long before its end a certificate may be renewed by itself. */
  renewalDays: number;
  /** The first is what devices are advised to use. */
  keyKinds: KeyKind[];
  /** Patterns of further names that a device may ask for, as `DNS:*.example.org`; `{controllerId}` stands for its own. */
  alternativeNames: string[];
}

/** How unknown devices become targets. */
export const enrollmentGroups = pgTable(
  'enrollment_groups',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    description: text('description'),
    /** Whether its token is the gateway token of the configuration: each tenant has one such group. */
    isDefault: boolean('is_default').notNull(),
    expiresAt: instant('expires_at'),
    registrationLimit: reference('registration_limit'),
    /**
     * Registrations that count for the limit. They are counted only if there is one, because counting makes them queue.
     */
    registrations: reference('registrations').notNull(),
    /** Patterns; an empty list allows all. */
    allowedControllerIds: text('allowed_controller_ids').array().notNull(),
    deniedControllerIds: text('denied_controller_ids').array().notNull(),
    appliesTo: text('applies_to', { enum: APPLIES_TO }).notNull(),
    requiresApproval: boolean('requires_approval').notNull(),
    certificateAuthorityId: reference('certificate_authority_id'),
    /** What its targets get, together with its tags. */
    targetTypeId: reference('target_type_id'),
    targetGroup: exactText('target_group'),
    attributes: jsonb('attributes').$type<Record<string, string>>().notNull(),
    /** On what terms its devices get certificates; null where they get none. */
    certificatePolicy: jsonb('certificate_policy').$type<CertificatePolicy>(),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('enrollment_groups_name_key').on(t.tenantId, t.name),
    unique('enrollment_groups_certificate_authority_key').on(t.tenantId, t.certificateAuthorityId),
    uniqueIndex('enrollment_groups_default_idx').on(t.tenantId).where(sql`${t.isDefault}`),
    foreignKey({
      name: 'enrollment_groups_certificate_authority_fkey',
      columns: [t.tenantId, t.certificateAuthorityId],
      foreignColumns: [certificateAuthorities.tenantId, certificateAuthorities.id],
    }),
    foreignKey({
      name: 'enrollment_groups_target_type_fkey',
      columns: [t.tenantId, t.targetTypeId],
      foreignColumns: [targetTypes.tenantId, targetTypes.id],
    }),
    check('enrollment_groups_applies_to_check', sql`${t.appliesTo} IN ('registered', 'all')`),
  ],
);

const groupKey = { tenantId: reference('tenant_id').notNull(), groupId: reference('group_id').notNull() };

export const enrollmentGroupTags = pgTable(
  'enrollment_group_tags',
  { ...groupKey, tagId: reference('tag_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.groupId, t.tagId] }),
    foreignKey({
      name: 'enrollment_group_tags_group_fkey',
      columns: [t.tenantId, t.groupId],
      foreignColumns: [enrollmentGroups.tenantId, enrollmentGroups.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'enrollment_group_tags_tag_fkey',
      columns: [t.tenantId, t.tagId],
      foreignColumns: [targetTags.tenantId, targetTags.id],
    }).onDelete('cascade'),
    index('enrollment_group_tags_tag_idx').on(t.tenantId, t.tagId),
  ],
);

export const enrollmentTokens = pgTable(
  'enrollment_tokens',
  {
    ...groupKey,
    id: identity('id'),
    /** SHA-256 in hexadecimal; the token itself is not stored. */
    digest: exactText('digest').notNull(),
    /** Its beginning, so that people can recognise it. */
    prefix: text('prefix').notNull(),
    expiresAt: instant('expires_at'),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('enrollment_tokens_digest_key').on(t.tenantId, t.digest),
    foreignKey({
      name: 'enrollment_tokens_group_fkey',
      columns: [t.tenantId, t.groupId],
      foreignColumns: [enrollmentGroups.tenantId, enrollmentGroups.id],
    }).onDelete('cascade'),
    index('enrollment_tokens_group_idx').on(t.tenantId, t.groupId),
  ],
);

export const DERIVATION_SLOTS = ['primary', 'secondary'] as const;
/** A group has two places for keys, so that one can be replaced while the other is in use. */
export type DerivationSlot = (typeof DERIVATION_SLOTS)[number];

/** What the tokens of devices are derived from, without a connection. */
export const enrollmentDerivationKeys = pgTable(
  'enrollment_derivation_keys',
  {
    ...groupKey,
    id: identity('id'),
    slot: text('slot', { enum: DERIVATION_SLOTS }).notNull(),
    /** In hexadecimal; as secrets are stored. */
    key: text('key').notNull(),
    /** The beginning of the key's digest, so that people can recognise it. */
    fingerprint: text('fingerprint').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('enrollment_derivation_keys_slot_key').on(t.tenantId, t.groupId, t.slot),
    foreignKey({
      name: 'enrollment_derivation_keys_group_fkey',
      columns: [t.tenantId, t.groupId],
      foreignColumns: [enrollmentGroups.tenantId, enrollmentGroups.id],
    }).onDelete('cascade'),
    check('enrollment_derivation_keys_slot_check', sql`${t.slot} IN ('primary', 'secondary')`),
  ],
);

export const HOOK_FAILURES = ['wait', 'hold'] as const;
/** What becomes of a device while the hook fails: it is told to come again, or is pending. */
export type HookFailure = (typeof HOOK_FAILURES)[number];

/** What an enrollment group asks before it registers a device. */
export const enrollmentHooks = pgTable(
  'enrollment_hooks',
  {
    ...groupKey,
    url: text('url').notNull(),
    /** The key that signs requests; as secrets are stored. */
    secret: text('secret').notNull(),
    timeoutSeconds: integer('timeout_seconds').notNull(),
    onFailure: text('on_failure', { enum: HOOK_FAILURES }).notNull(),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.groupId] }),
    foreignKey({
      name: 'enrollment_hooks_group_fkey',
      columns: [t.tenantId, t.groupId],
      foreignColumns: [enrollmentGroups.tenantId, enrollmentGroups.id],
    }).onDelete('cascade'),
    check('enrollment_hooks_on_failure_check', sql`${t.onFailure} IN ('wait', 'hold')`),
  ],
);

/** What a hook says of a device that is to become a target; what is absent is as the group says. */
export interface GivenByHook {
  name?: string;
  /** The name of a target type. */
  type?: string;
  /** Names of tags, beside those of the group. */
  tags?: string[];
  /** Null for none. */
  group?: string | null;
  /** They take precedence over those of the group. */
  attributes?: Record<string, string>;
  metadata?: Record<string, string>;
}

export const PENDING_STATES = ['pending', 'rejected'] as const;
export type PendingState = (typeof PENDING_STATES)[number];

/** Pending targets, and those that were rejected. They are not targets. */
export const pendingTargets = pgTable(
  'pending_targets',
  {
    ...groupKey,
    id: identity('id'),
    controllerId: exactText('controller_id').notNull(),
    state: text('state', { enum: PENDING_STATES }).notNull(),
    firstRequestAt: instant('first_request_at').notNull(),
    /** Written at every poll, so no index has it or the address. */
    lastRequestAt: instant('last_request_at').notNull(),
    address: text('address'),
    rejectedAt: instant('rejected_at'),
    rejectedBy: text('rejected_by'),
    /** What it asks with. */
    credential: text('credential', { enum: CREDENTIAL_KINDS }),
    /** What the hook said of it, where it was asked. */
    given: jsonb('given').$type<GivenByHook>(),
    /** Why the hook holds it, in its own words. */
    reason: text('reason'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('pending_targets_controller_id_key').on(t.tenantId, t.controllerId),
    foreignKey({
      name: 'pending_targets_group_fkey',
      columns: [t.tenantId, t.groupId],
      foreignColumns: [enrollmentGroups.tenantId, enrollmentGroups.id],
    }).onDelete('cascade'),
    check('pending_targets_state_check', sql`${t.state} IN ('pending', 'rejected')`),
    index('pending_targets_group_idx').on(t.tenantId, t.groupId, t.state),
  ],
);
