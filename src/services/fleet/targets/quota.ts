import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { targetCounts } from '../../../database/tables/targets.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { ChangeRecord } from '../../platform/audit/record.ts';
import { limitOf, nearRecord } from '../../platform/quotas.ts';
import type { Platform } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';

/** A tenant's count is the sum of so many rows: with one alone all that make targets would wait for each other. */
const SHARES = 64;

/**
 * Where no more are left below the limit, they do go one by one, so that it is kept exactly. Far more than can be under
 * way at the same time.
 */
const NEAR = 100_000;

type Limits = Pick<Platform, 'systemDefaults'>;

/**
 * Counts targets that a transaction has made, or deleted where it is negative: as the last thing that it writes, as near
 * the limit the others wait for it.
 * @returns what is to be recorded because the limit is near now
 * @throws QUOTA_EXCEEDED where the tenant has too many now
 */
export async function adjustTargetCount(
  tx: Transaction,
  { systemDefaults: { mostTargets } }: Limits,
  tenantId: number,
  more: number,
): Promise<ChangeRecord[]> {
  if (!more) return [];
  const [row] = await tx.execute<{ total: string; most: string }>(sql`
    WITH counted AS (
      INSERT INTO ${targetCounts} (tenant_id, share, total)
      VALUES (${tenantId}, pg_backend_pid() % ${SHARES}::int, ${more})
      ON CONFLICT (tenant_id, share) DO UPDATE SET total = ${targetCounts.total} + excluded.total)
    SELECT COALESCE(sum(total), 0) + ${more}::bigint AS total,
           ${limitOf(sql`${tenantId}`, 'targets', mostTargets)} AS most
    FROM ${targetCounts} WHERE tenant_id = ${tenantId}`);
  let used = Number(row!.total);
  const limit = Number(row!.most);
  if (more > 0 && used > limit - NEAR) {
    await lockCreations(tx, 'targets', tenantId);
    used = (await readCount(tx, tenantId, mostTargets)).used;
    if (used > limit) throw tooMany(limit);
  }
  return nearRecord({ kind: 'targets', before: used - more, used, limit });
}

/** For what would be undone else: asks before anything is written. @throws QUOTA_EXCEEDED */
export async function requireRoomForTargets(
  tx: Transaction,
  { systemDefaults: { mostTargets } }: Limits,
  tenantId: number,
  wanted: number,
): Promise<void> {
  const { used, limit } = await readCount(tx, tenantId, mostTargets);
  if (used + wanted > limit) throw tooMany(limit);
}

const tooMany = (most: number) => quotaExceeded('targets', most);

async function readCount(
  tx: Transaction,
  tenantId: number,
  mostTargets: number,
): Promise<{ used: number; limit: number }> {
  const [row] = await tx
    .select({
      total: sql<string>`COALESCE(sum(${targetCounts.total}), 0)`,
      most: sql<string>`${limitOf(sql`${tenantId}`, 'targets', mostTargets)}`,
    })
    .from(targetCounts)
    .where(eq(targetCounts.tenantId, tenantId));
  return { used: Number(row!.total), limit: Number(row!.most) };
}
