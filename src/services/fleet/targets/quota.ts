import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { targetCounts } from '../../../database/tables/targets.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { Platform } from '../../shared/context.ts';
import { lockCreations } from '../../shared/removal.ts';

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
 * @throws QUOTA_EXCEEDED where the tenant has too many now
 */
export async function adjustTargetCount(
  tx: Transaction,
  { systemDefaults: { mostTargets } }: Limits,
  tenantId: number,
  more: number,
): Promise<void> {
  if (!more) return;
  const [row] = await tx.execute<{ total: string }>(sql`
    WITH counted AS (
      INSERT INTO ${targetCounts} (tenant_id, share, total)
      VALUES (${tenantId}, pg_backend_pid() % ${SHARES}::int, ${more})
      ON CONFLICT (tenant_id, share) DO UPDATE SET total = ${targetCounts.total} + excluded.total)
    SELECT COALESCE(sum(total), 0) + ${more}::bigint AS total FROM ${targetCounts} WHERE tenant_id = ${tenantId}`);
  if (more < 0 || Number(row!.total) <= mostTargets - NEAR) return;
  await lockCreations(tx, 'targets', tenantId);
  if ((await readCount(tx, tenantId)) > mostTargets) throw tooMany(mostTargets);
}

/** For what would be undone else: asks before anything is written. @throws QUOTA_EXCEEDED */
export async function requireRoomForTargets(
  tx: Transaction,
  { systemDefaults: { mostTargets } }: Limits,
  tenantId: number,
  wanted: number,
): Promise<void> {
  if ((await readCount(tx, tenantId)) + wanted > mostTargets) throw tooMany(mostTargets);
}

const tooMany = (most: number) => quotaExceeded('targets', most);

async function readCount(tx: Transaction, tenantId: number): Promise<number> {
  const [row] = await tx
    .select({ total: sql<string>`COALESCE(sum(${targetCounts.total}), 0)` })
    .from(targetCounts)
    .where(eq(targetCounts.tenantId, tenantId));
  return Number(row!.total);
}
