import { and, eq, getTableColumns } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { enrollmentHooks, type HookFailure } from '../../../database/tables/enrollment.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireUnscoped } from '../../access/unscoped.ts';
import type { Context } from '../../shared/context.ts';

/** What an enrollment group asks before it registers a device. The secret is shown only when it is made. */
export interface EnrollmentHook {
  groupId: number;
  url: string;
  timeoutSeconds: number;
  onFailure: HookFailure;
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

const { tenantId: _tenantId, secret: _secret, ...columns } = getTableColumns(enrollmentHooks);
export const ENROLLMENT_HOOK_COLUMNS = columns;

export const hookOfGroup = (tenantId: number, groupId: number) =>
  and(eq(enrollmentHooks.tenantId, tenantId), isAmong(enrollmentHooks.groupId, [groupId]));

/** For each id of a group its hook, or undefined where it has none. Needs READ_TENANT_CONFIGURATION. */
export async function findEnrollmentHooks(
  context: Context,
  groupIds: readonly number[],
): Promise<(EnrollmentHook | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select(ENROLLMENT_HOOK_COLUMNS)
    .from(enrollmentHooks)
    .where(and(eq(enrollmentHooks.tenantId, tenantId), isAmong(enrollmentHooks.groupId, groupIds)));
  const byGroup = new Map(rows.map((row) => [row.groupId, row]));
  return groupIds.map((id) => byGroup.get(id));
}

/**
 * The right to say who decides about devices: it is sent their names and addresses, and may give them anything.
 * @throws FORBIDDEN
 */
export function requireHookRights(context: Context): number {
  const { tenantId } = requirePermission(context, 'UPDATE_TENANT_CONFIGURATION');
  requireUnscoped(context, 'READ_TARGET');
  return tenantId;
}
