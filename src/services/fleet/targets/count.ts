import { and, eq, type SQL, sql } from 'drizzle-orm';
import { targets } from '../../../database/tables/targets.ts';
import type { Context } from '../../shared/context.ts';
import { targetsWith } from './keys.ts';

/** How many targets fulfil a condition, exactly: of a million that takes a tenth of a second, of no condition less. */
export async function countTargets(
  { database, caller }: Context,
  condition: SQL | undefined,
): Promise<number> {
  const matching = and(eq(targets.tenantId, caller.tenantId), condition);
  const [row] = await database.execute<{ total: string }>(
    sql`SELECT count(*) AS total FROM ${targetsWith([matching])} WHERE ${matching}`,
  );
  return Number(row?.total);
}
