import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetTypeNotFound } from '../../../errors.ts';
import type { Permission } from '../../access/grants.ts';
import type { ScopedRows } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { TARGET_TYPE_COLUMNS, type TargetType } from './target-type.ts';

/** The target types as the scope of a permission meets them. */
export const targetTypesAs = (permission: Extract<Permission, `${string}_TARGET_TYPE`>): ScopedRows => ({
  permission,
  table: targetTypes,
  title: targetTypes.key,
});

/** The target type of that id. Needs READ_TARGET_TYPE. @throws TARGET_TYPE_NOT_FOUND */
export async function findTargetType(context: Context, id: number): Promise<TargetType> {
  const [targetType] = await findTargetTypes(context, [id]);
  if (!targetType) throw targetTypeNotFound(String(id));
  return targetType;
}

/** For each id its target type, or undefined where there is none. Needs READ_TARGET_TYPE. */
export async function findTargetTypes(
  context: Context,
  ids: readonly number[],
): Promise<(TargetType | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET_TYPE');
  const rows = await context.database
    .select(TARGET_TYPE_COLUMNS)
    .from(targetTypes)
    .where(
      and(
        eq(targetTypes.tenantId, tenantId),
        isAmong(targetTypes.id, ids),
        await scopeCondition(context, 'READ_TARGET_TYPE'),
      ),
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/**
 * The names of those of the types that exist for the caller: within its READ_TARGET_TYPE. Their rows are locked, so that
 * none is deleted before this transaction ends.
 */
export async function typeNamesOf(
  tx: Transaction,
  context: Context,
  ids: readonly number[],
): Promise<Map<number, string>> {
  if (!ids.length) return new Map();
  const rows = await tx
    .select({ id: targetTypes.id, name: targetTypes.name })
    .from(targetTypes)
    .where(
      and(
        eq(targetTypes.tenantId, context.caller.tenantId),
        isAmong(targetTypes.id, ids),
        await scopeCondition(context, 'READ_TARGET_TYPE'),
      ),
    )
    .orderBy(targetTypes.id)
    .for('key share');
  return new Map(rows.map(({ id, name }) => [id, name]));
}
