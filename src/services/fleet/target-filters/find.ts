import { and, eq, getTableColumns } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetFilters } from '../../../database/tables/target-data.ts';
import { targetFilterNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Authored } from '../../shared/authorship.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';

/** A filter with a name, to be used again. */
export interface TargetFilter extends Authored {
  id: number;
  name: string;
  /** RSQL, as it was written. */
  filter: string;
}

const { tenantId: _, ...columns } = getTableColumns(targetFilters);
export const TARGET_FILTER_COLUMNS = columns;

/** The target filter of that id. Needs READ_TARGET. @throws TARGET_FILTER_NOT_FOUND */
export async function findTargetFilter(context: Context, id: number): Promise<TargetFilter> {
  const [filter] = await findTargetFilters(context, [id]);
  if (!filter) throw targetFilterNotFound(String(id));
  return filter;
}

/** For each id its target filter, or undefined where there is none. Needs READ_TARGET. */
export async function findTargetFilters(
  context: Context,
  ids: readonly number[],
): Promise<(TargetFilter | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await context.database
    .select(TARGET_FILTER_COLUMNS)
    .from(targetFilters)
    .where(and(eq(targetFilters.tenantId, tenantId), isAmong(targetFilters.id, ids)));
  return inOrderOf(ids, rows);
}

/** The target filter of that id, locked until the transaction ends. @throws TARGET_FILTER_NOT_FOUND */
export async function lockTargetFilter(
  tx: Transaction,
  { caller: { tenantId } }: Context,
  id: number,
  path = ['id'],
): Promise<TargetFilter> {
  const [filter] = await tx
    .select(TARGET_FILTER_COLUMNS)
    .from(targetFilters)
    .where(and(eq(targetFilters.tenantId, tenantId), isAmong(targetFilters.id, [id])))
    .for('no key update');
  if (!filter) throw targetFilterNotFound(String(id), path);
  return filter;
}
