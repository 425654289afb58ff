import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { distributionSetTypeNotFound } from '../../../errors.ts';
import type { Permission } from '../../access/grants.ts';
import type { ScopedRows } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { isStorableText } from '../../shared/text.ts';
import { DISTRIBUTION_SET_TYPE_COLUMNS, type DistributionSetType } from './distribution-set-type.ts';

type DistributionSetTypePermission = Extract<Permission, `${string}_DISTRIBUTION_SET_TYPE`>;

/** The distribution set types as the scope of a permission meets them. */
export const setTypesAs = (permission: DistributionSetTypePermission): ScopedRows => ({
  permission,
  table: distributionSetTypes,
  title: distributionSetTypes.key,
});

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
    .where(
      and(
        eq(distributionSetTypes.tenantId, tenantId),
        isAmong(distributionSetTypes.id, ids),
        await scopeCondition(context, 'READ_DISTRIBUTION_SET_TYPE'),
      ),
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/**
 * The types of those keys or ids, locked so that none is deleted before this transaction ends; deleted ones are among
 * them. With `readable` only those for which this condition holds.
 */
export async function lockSetTypes(
  tx: Transaction,
  tenantId: number,
  { keys = [], ids = [] }: { keys?: readonly string[]; ids?: readonly number[] },
  readable?: SQL,
): Promise<DistributionSetType[]> {
  const hasKey = sql`${distributionSetTypes.key} = ANY(${arrayOf(keys.filter(isStorableText))}::text[])`;
  return tx
    .select(DISTRIBUTION_SET_TYPE_COLUMNS)
    .from(distributionSetTypes)
    .where(
      and(
        eq(distributionSetTypes.tenantId, tenantId),
        sql`(${hasKey} OR ${isAmong(distributionSetTypes.id, ids)})`,
        readable,
      ),
    )
    .orderBy(distributionSetTypes.id)
    .for('key share');
}

/**
 * The type, a deleted one too, locked until the transaction ends. Give the permission that the verb has required.
 * @throws DISTRIBUTION_SET_TYPE_NOT_FOUND, also for what is out of the permission's scope
 */
export async function lockSetType(
  tx: Transaction,
  context: Context,
  permission: DistributionSetTypePermission,
  id: number,
): Promise<DistributionSetType> {
  const [type] = await tx
    .select(DISTRIBUTION_SET_TYPE_COLUMNS)
    .from(distributionSetTypes)
    .where(
      and(
        eq(distributionSetTypes.tenantId, context.caller.tenantId),
        isAmong(distributionSetTypes.id, [id]),
        await scopeCondition(context, permission),
      ),
    )
    .for('update');
  if (!type) throw distributionSetTypeNotFound(String(id));
  return type;
}
