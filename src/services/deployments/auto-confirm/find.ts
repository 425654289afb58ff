import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { targetAutoConfirm } from '../../../database/tables/target-data.ts';
import { requirePermission } from '../../access/permissions.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import type { Context } from '../../shared/context.ts';

/** Whether the actions of a target are confirmed without asking; since when, who wanted that and why. */
export interface AutoConfirm {
  active: boolean;
  initiator: string | null;
  remark: string | null;
  activatedAt: Date | null;
}

const INACTIVE: AutoConfirm = { active: false, initiator: null, remark: null, activatedAt: null };

/** The auto-confirmation of many targets, in the order of the target ids. Needs READ_TARGET. */
export async function findAutoConfirm(
  context: Context,
  targetIds: readonly number[],
): Promise<AutoConfirm[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await context.database
    .select({
      targetId: targetAutoConfirm.targetId,
      initiator: targetAutoConfirm.initiator,
      remark: targetAutoConfirm.remark,
      activatedAt: targetAutoConfirm.activatedAt,
    })
    .from(targetAutoConfirm)
    .where(
      and(
        eq(targetAutoConfirm.tenantId, tenantId),
        sql`${targetAutoConfirm.targetId} = ANY(${arrayOf(targetIds)}::bigint[])`,
        await targetInScope(context, 'READ_TARGET', targetAutoConfirm.targetId),
      ),
    );
  const active = new Map(rows.map(({ targetId, ...row }) => [targetId, { active: true, ...row }]));
  return targetIds.map((id) => active.get(id) ?? INACTIVE);
}
