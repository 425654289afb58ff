import { and, eq, gt, sql } from 'drizzle-orm';
import { chunks, insertFromArrays, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetClaimCodes } from '../../../database/tables/claim-codes.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Author } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { targetInScope } from '../targets/scope.ts';

/** The code by which another tenant may take over a target; the code itself is not stored. */
export interface ClaimCode {
  /** That of its target, which has one at most. */
  id: number;
  expiresAt: Date;
  createdAt: Date;
  createdBy: string;
}

/** Lets whoever has the code of that digest take over locked targets; a code that was made before ends. */
export async function writeCodes(
  tx: Transaction,
  { caller: { tenantId, username }, clock }: Author,
  { digest, expiresAt }: { digest: string; expiresAt: Date },
  selected: readonly { id: number }[],
): Promise<void> {
  for (const chunk of chunks(selected))
    await tx.execute(sql`
      ${insertFromArrays(
        targetClaimCodes,
        { targetId: chunk.map(({ id }) => id) },
        { tenantId, digest, expiresAt, createdAt: clock(), createdBy: username },
      )}
      ON CONFLICT (tenant_id, target_id) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at,
        created_at = excluded.created_at, created_by = excluded.created_by`);
}

/** Ends the codes of locked targets. @returns the ids of those that had one */
export async function removeCodes(
  tx: Transaction,
  tenantId: number,
  selected: readonly { id: number }[],
): Promise<Set<number>> {
  const had = new Set<number>();
  for (const chunk of chunks(selected)) {
    const rows = await tx
      .delete(targetClaimCodes)
      .where(
        and(
          eq(targetClaimCodes.tenantId, tenantId),
          isAmong(
            targetClaimCodes.targetId,
            chunk.map(({ id }) => id),
          ),
        ),
      )
      .returning({ targetId: targetClaimCodes.targetId });
    for (const { targetId } of rows) had.add(targetId);
  }
  return had;
}

/** Of many targets, by target id, the code that is valid now; null where there is none. Needs READ_TARGET. */
export async function findClaimCodes(
  context: Context,
  targetIds: readonly number[],
): Promise<(ClaimCode | null)[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await context.database
    .select({
      id: targetClaimCodes.targetId,
      expiresAt: targetClaimCodes.expiresAt,
      createdAt: targetClaimCodes.createdAt,
      createdBy: targetClaimCodes.createdBy,
    })
    .from(targetClaimCodes)
    .where(
      and(
        eq(targetClaimCodes.tenantId, tenantId),
        isAmong(targetClaimCodes.targetId, targetIds),
        gt(targetClaimCodes.expiresAt, context.clock()),
        await targetInScope(context, 'READ_TARGET', targetClaimCodes.targetId),
      ),
    );
  const found = new Map(rows.map((row) => [row.id, row]));
  return targetIds.map((id) => found.get(id) ?? null);
}
