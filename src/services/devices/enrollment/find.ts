import { and, asc, count, eq, getTableColumns } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import {
  type AppliesTo,
  type CertificatePolicy,
  type DerivationSlot,
  enrollmentDerivationKeys,
  enrollmentGroups,
  enrollmentGroupTags,
  enrollmentTokens,
} from '../../../database/tables/enrollment.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { TARGET_TAG_COLUMNS, type TargetTag } from '../../fleet/target-tags/find.ts';
import { joinedPolls, joinedTypes } from '../../fleet/targets/target.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';

/** How unknown devices become targets. */
export interface EnrollmentGroup {
  id: number;
  name: string;
  description: string | null;
  /** Whether its token is the configuration's gateway token. */
  isDefault: boolean;
  expiresAt: Date | null;
  registrationLimit: number | null;
  /** Those that count against the limit; of no meaning without one. */
  registrations: number;
  allowedControllerIds: string[];
  deniedControllerIds: string[];
  appliesTo: AppliesTo;
  requiresApproval: boolean;
  certificateAuthorityId: number | null;
  targetTypeId: number | null;
  targetGroup: string | null;
  attributes: Record<string, string>;
  /** On what terms its devices get certificates; null where they get none. */
  certificatePolicy: CertificatePolicy | null;
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

/** A token of a group, without the token. */
export interface EnrollmentToken {
  id: number;
  /** How it begins. */
  prefix: string;
  expiresAt: Date | null;
  createdAt: Date;
  createdBy: string;
}

/** A key that tokens of devices are derived from, without the key. */
export interface DerivationKey {
  id: number;
  slot: DerivationSlot;
  /** How its digest begins. */
  fingerprint: string;
  createdAt: Date;
  createdBy: string;
}

const { tenantId: _, ...columns } = getTableColumns(enrollmentGroups);
export const ENROLLMENT_GROUP_COLUMNS = columns;

export const enrollmentGroupWithId = (tenantId: number, id: number) =>
  and(eq(enrollmentGroups.tenantId, tenantId), isAmong(enrollmentGroups.id, [id]));

const TOKEN_COLUMNS = {
  id: enrollmentTokens.id,
  prefix: enrollmentTokens.prefix,
  expiresAt: enrollmentTokens.expiresAt,
  createdAt: enrollmentTokens.createdAt,
  createdBy: enrollmentTokens.createdBy,
};

const DERIVATION_KEY_COLUMNS = {
  id: enrollmentDerivationKeys.id,
  slot: enrollmentDerivationKeys.slot,
  fingerprint: enrollmentDerivationKeys.fingerprint,
  createdAt: enrollmentDerivationKeys.createdAt,
  createdBy: enrollmentDerivationKeys.createdBy,
};

/** For each id its group, or null where there is none. Needs READ_TENANT_CONFIGURATION. */
export async function findEnrollmentGroups(
  context: Context,
  ids: readonly number[],
): Promise<(EnrollmentGroup | null)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select(ENROLLMENT_GROUP_COLUMNS)
    .from(enrollmentGroups)
    .where(and(eq(enrollmentGroups.tenantId, tenantId), isAmong(enrollmentGroups.id, ids)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/**
 * The tokens of many groups, in the order they were made; the gateway token, which the configuration shows, is not
 * among them. Needs READ_TENANT_CONFIGURATION.
 */
export async function findEnrollmentTokens(
  context: Context,
  groupIds: readonly number[],
): Promise<EnrollmentToken[][]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select({ groupId: enrollmentTokens.groupId, ...TOKEN_COLUMNS })
    .from(enrollmentTokens)
    .where(and(eq(enrollmentTokens.tenantId, tenantId), isAmong(enrollmentTokens.groupId, groupIds)))
    .orderBy(asc(enrollmentTokens.id));
  return byGroup(groupIds, rows).map((list) => list.map(({ groupId: _, ...token }) => token));
}

/** The tags that many groups give, in the order of the names. Needs READ_TENANT_CONFIGURATION and READ_TARGET. */
export async function findTagsOfGroups(
  context: Context,
  groupIds: readonly number[],
): Promise<TargetTag[][]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION', 'READ_TARGET');
  const rows = await context.database
    .select({ groupId: enrollmentGroupTags.groupId, tag: TARGET_TAG_COLUMNS })
    .from(enrollmentGroupTags)
    .innerJoin(
      targetTags,
      and(
        eq(targetTags.tenantId, enrollmentGroupTags.tenantId),
        eq(targetTags.id, enrollmentGroupTags.tagId),
      ),
    )
    .where(and(eq(enrollmentGroupTags.tenantId, tenantId), isAmong(enrollmentGroupTags.groupId, groupIds)))
    .orderBy(targetTags.name);
  return byGroup(groupIds, rows).map((list) => list.map(({ tag }) => tag));
}

/** How many targets there are that each of the groups registered. Needs READ_TENANT_CONFIGURATION and READ_TARGET. */
export async function countRegistered(context: Context, groupIds: readonly number[]): Promise<number[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION', 'READ_TARGET');
  const rows = await context.database
    .select({ groupId: targets.enrollmentGroupId, total: count() })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(
      and(
        eq(targets.tenantId, tenantId),
        isAmong(targets.enrollmentGroupId, groupIds),
        await scopeCondition(context, 'READ_TARGET'),
      ),
    )
    .groupBy(targets.enrollmentGroupId);
  const totals = new Map(rows.map(({ groupId, total }) => [groupId, total]));
  return groupIds.map((id) => totals.get(id) ?? 0);
}

function byGroup<T extends { groupId: number }>(groupIds: readonly number[], rows: readonly T[]): T[][] {
  const found = new Map<number, T[]>(groupIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.groupId)?.push(row);
  return groupIds.map((id) => found.get(id) ?? []);
}

/** For each id its token, or undefined where there is none, or it is the gateway token. Needs READ_TENANT_CONFIGURATION. */
export async function findEnrollmentTokensById(
  context: Context,
  ids: readonly number[],
): Promise<(EnrollmentToken | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select(TOKEN_COLUMNS)
    .from(enrollmentTokens)
    .where(and(eq(enrollmentTokens.tenantId, tenantId), isAmong(enrollmentTokens.id, ids)));
  return inOrderOf(ids, rows);
}

/** The derivation keys of many groups, the primary one first. Needs READ_TENANT_CONFIGURATION. */
export async function findDerivationKeys(
  context: Context,
  groupIds: readonly number[],
): Promise<DerivationKey[][]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select({ groupId: enrollmentDerivationKeys.groupId, ...DERIVATION_KEY_COLUMNS })
    .from(enrollmentDerivationKeys)
    .where(
      and(
        eq(enrollmentDerivationKeys.tenantId, tenantId),
        isAmong(enrollmentDerivationKeys.groupId, groupIds),
      ),
    )
    .orderBy(asc(enrollmentDerivationKeys.slot));
  return byGroup(groupIds, rows).map((list) => list.map(({ groupId: _, ...key }) => key));
}

/** For each id its derivation key, or undefined where there is none. Needs READ_TENANT_CONFIGURATION. */
export async function findDerivationKeysById(
  context: Context,
  ids: readonly number[],
): Promise<(DerivationKey | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select(DERIVATION_KEY_COLUMNS)
    .from(enrollmentDerivationKeys)
    .where(and(eq(enrollmentDerivationKeys.tenantId, tenantId), isAmong(enrollmentDerivationKeys.id, ids)));
  return inOrderOf(ids, rows);
}
