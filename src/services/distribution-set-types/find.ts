import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { distributionSetTypes } from '../../database/tables/distribution-sets.ts';
import { distributionSetTypeNotFound } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Authored } from '../authorship.ts';
import type { Context } from '../context.ts';
import { isStorableText } from '../text.ts';

/** A distribution set type as callers get it. */
export interface DistributionSetType extends Authored {
  id: number;
  key: string;
  name: string;
  description: string | null;
  colour: string | null;
  deleted: boolean;
}

const { tenantId: _, ...columns } = getTableColumns(distributionSetTypes);
export const DISTRIBUTION_SET_TYPE_COLUMNS = columns;

/** The type of that id, a deleted one too. Needs READ_DISTRIBUTION_SET_TYPE. @throws DISTRIBUTION_SET_TYPE_NOT_FOUND */
export async function findDistributionSetType(context: Context, id: number): Promise<DistributionSetType> {
  const [type] = await findDistributionSetTypes(context, [id]);
  if (!type) throw distributionSetTypeNotFound(String(id));
  return type;
}

/** For each id its type, or undefined where there is none. Needs READ_DISTRIBUTION_SET_TYPE. */
export async function findDistributionSetTypes(
  context: Context,
  ids: readonly number[],
): Promise<(DistributionSetType | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET_TYPE');
  const rows = await context.database
    .select(DISTRIBUTION_SET_TYPE_COLUMNS)
    .from(distributionSetTypes)
    .where(and(eq(distributionSetTypes.tenantId, tenantId), isAmong(distributionSetTypes.id, ids)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/**
 * The types of those keys or ids, locked so that none is deleted before this transaction ends; deleted ones are among
 * them.
 */
export async function lockSetTypes(
  tx: Transaction,
  tenantId: number,
  { keys = [], ids = [] }: { keys?: readonly string[]; ids?: readonly number[] },
): Promise<DistributionSetType[]> {
  const hasKey = sql`${distributionSetTypes.key} = ANY(${arrayOf(keys.filter(isStorableText))}::text[])`;
  return tx
    .select(DISTRIBUTION_SET_TYPE_COLUMNS)
    .from(distributionSetTypes)
    .where(
      and(
        eq(distributionSetTypes.tenantId, tenantId),
        sql`(${hasKey} OR ${isAmong(distributionSetTypes.id, ids)})`,
      ),
    )
    .orderBy(distributionSetTypes.id)
    .for('key share');
}
