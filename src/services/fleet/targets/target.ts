import { and, eq, isNull } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import {
  type CredentialKind,
  targetPolls,
  targets,
  type UpdateStatus,
} from '../../../database/tables/targets.ts';
import type { Authored } from '../../shared/authorship.ts';

/** A target as callers get it. */
export interface Target extends Authored {
  id: number;
  controllerId: string;
  name: string;
  description: string | null;
  group: string | null;
  address: string | null;
  /** Null also where the caller may not read the type. */
  targetType: { id: number; name: string } | null;
  /** Null for a caller without READ_TARGET_SECURITY_TOKEN. */
  securityToken: string | null;
  requestAttributes: boolean;
  updateStatus: UpdateStatus;
  installedAt: Date | null;
  /** The enrollment group that registered it, which may be gone. */
  enrollmentGroupId: number | null;
  /** When another tenant took its device over; null while it is here. */
  movedAt: Date | null;
  /** What it registered itself with, and from which address; null where somebody created it. */
  registeredWith: CredentialKind | null;
  registeredFrom: string | null;
  /** When two devices were last suspected to use its name. */
  sharingSuspectedAt: Date | null;
  /** Null until the device has signed in. */
  credential: { kind: CredentialKind; lastUsedAt: Date; expiresAt: Date | null } | null;
  /** Whether its actions are confirmed without asking; null where the tenant never asks. */
  autoConfirmActive: boolean | null;
  /** Null until the device has polled. */
  poll: PollStatus | null;
}

export interface PollStatus {
  lastRequestAt: Date;
  nextExpectedRequestAt: Date;
  overdue: boolean;
}

export const TARGET_COLUMNS = {
  id: targets.id,
  controllerId: targets.controllerId,
  name: targets.name,
  description: targets.description,
  group: targets.group,
  address: targetPolls.address,
  targetTypeId: targets.targetTypeId,
  securityToken: targets.securityToken,
  requestAttributes: targets.requestAttributes,
  updateStatus: targets.updateStatus,
  installedAt: targets.installedAt,
  enrollmentGroupId: targets.enrollmentGroupId,
  movedAt: targets.movedAt,
  registeredWith: targets.registeredWith,
  registeredFrom: targets.registeredFrom,
  sharingSuspectedAt: targets.sharingSuspectedAt,
  credential: targetPolls.credential,
  credentialExpiresAt: targetPolls.credentialExpiresAt,
  createdAt: targets.createdAt,
  createdBy: targets.createdBy,
  lastModifiedAt: targets.lastModifiedAt,
  lastModifiedBy: targets.lastModifiedBy,
  lastRequestAt: targetPolls.lastRequestAt,
};

export const joinedPolls = and(
  eq(targetPolls.tenantId, targets.tenantId),
  eq(targetPolls.targetId, targets.id),
);
export const joinedTypes = and(
  eq(targetTypes.tenantId, targets.tenantId),
  eq(targetTypes.id, targets.targetTypeId),
);

/** The condition that no other tenant has taken a target's device over. */
export const isHere = isNull(targets.movedAt);
