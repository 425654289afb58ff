import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import type { Permission } from '../access/permissions.ts';
import { reach } from '../access/scopes.ts';
import type { Context } from '../context.ts';

/** Those of the target types that the permission doesn't reach, as the transaction sees them now. */
export async function findUnreachedTypes(
  tx: Transaction,
  context: Context,
  permission: Extract<Permission, `${string}_TARGET_TYPE`>,
  ids: readonly number[],
): Promise<{ id: number; key: string }[]> {
  const reached = await reach(context, permission);
  if (!reached) return [];
  return tx
    .select({ id: targetTypes.id, key: targetTypes.key })
    .from(targetTypes)
    .where(
      and(
        eq(targetTypes.tenantId, context.caller.tenantId),
        sql`${targetTypes.id} = ANY(${arrayOf(ids)}::bigint[])`,
        sql`(${reached}) IS NOT TRUE`,
      ),
    );
}
