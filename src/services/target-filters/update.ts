import { and, eq } from 'drizzle-orm';
import { targetFilters } from '../../database/tables/target-data.ts';
import { targetFilterNotFound } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import { differences } from '../audit/record.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parse } from '../parse.ts';
import { patchOf } from '../patch.ts';
import { TARGET_FILTER_COLUMNS, type TargetFilter } from './find.ts';
import { checkQuery, TargetFilterUpdate } from './input.ts';

/**
 * Changes what is given of a saved filter and keeps the rest. Needs UPDATE_TARGET.
 * @throws TARGET_FILTER_NOT_FOUND, TARGET_FILTER_ALREADY_EXISTS, INVALID_INPUT, the query's errors
 */
export async function updateTargetFilter(context: Context, input: TargetFilterUpdate): Promise<TargetFilter> {
  const { tenantId, username } = requirePermission(context, 'UPDATE_TARGET');
  const { id, ...rest } = parse(TargetFilterUpdate, input);
  if (!Number.isSafeInteger(id)) throw targetFilterNotFound(String(id));
  const given = patchOf(rest, []);
  if (given.query !== undefined) checkQuery(given.query);
  const itself = and(eq(targetFilters.tenantId, tenantId), eq(targetFilters.id, id));

  return change(context, async (tx, changes) => {
    const [before] = await tx
      .select(TARGET_FILTER_COLUMNS)
      .from(targetFilters)
      .where(itself)
      .for('no key update');
    if (!before) throw targetFilterNotFound(String(id));
    if (!Object.keys(given).length) return before;
    const [filter] = await tx
      .update(targetFilters)
      .set({ ...given, lastModifiedAt: context.clock(), lastModifiedBy: username })
      .where(itself)
      .returning(TARGET_FILTER_COLUMNS);
    const changed = differences(before, filter!, ['name', 'query']);
    changes.record({ type: 'target-filter.updated', subjects: [before.name], changes: changed });
    return filter!;
  });
}
