import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
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
  const [row] = await addToCount(tx).execute({ tenantId, more, mostTargets });
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
  const [row] = await countOfTenant(tx).execute({ tenantId, mostTargets });
  return { used: Number(row!.total), limit: Number(row!.most) };
}

/* Statements that are built once: every device that registers needs both. */

interface Count {
  total: string;
  most: string;
}
const ofTenant = sql`${sql.placeholder('tenantId')}`;
const more = sql.placeholder('more');
const limitOfTenant = () => limitOf(ofTenant, 'targets', sql`${sql.placeholder('mostTargets')}`);

const countOfTenant = preparedSql<Count>(
  () => sql`
    SELECT COALESCE(sum(total), 0) AS total, ${limitOfTenant()} AS most
    FROM ${targetCounts} WHERE tenant_id = ${ofTenant}`,
);

const addToCount = preparedSql<Count>(
  () => sql`
    WITH counted AS (
      INSERT INTO ${targetCounts} (tenant_id, share, total)
      VALUES (${ofTenant}, pg_backend_pid() % ${sql.raw(String(SHARES))}, ${more})
      ON CONFLICT (tenant_id, share) DO UPDATE SET total = ${targetCounts.total} + excluded.total)
    SELECT COALESCE(sum(total), 0) + ${more}::bigint AS total, ${limitOfTenant()} AS most
    FROM ${targetCounts} WHERE tenant_id = ${ofTenant}`,
);
