import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { type GivenByHook, pendingTargets } from '../../../database/tables/enrollment.ts';

/** Ends a pending target. @returns what the hook of its group said of it; undefined where there is none of that name */
export async function deletePending(
  tx: Transaction,
  tenantId: number,
  controllerId: string,
): Promise<{ given: GivenByHook | null } | undefined> {
  const [pending] = await tx
    .delete(pendingTargets)
    .where(and(eq(pendingTargets.tenantId, tenantId), eq(pendingTargets.controllerId, controllerId)))
    .returning({ given: pendingTargets.given });
  return pending;
}
