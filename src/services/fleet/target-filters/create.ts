import { targetFilters } from '../../../database/tables/target-data.ts';
import { requirePermission } from '../../access/permissions.ts';
import { added } from '../../platform/audit/record.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { TARGET_FILTER_COLUMNS, type TargetFilter } from './find.ts';
import { checkFilter, TargetFilterInput } from './input.ts';

/**
 * Saves a filter under a name. Needs CREATE_TARGET.
 * @throws TARGET_FILTER_ALREADY_EXISTS, INVALID_INPUT, the filter's errors
 */
export async function createTargetFilter(context: Context, input: TargetFilterInput): Promise<TargetFilter> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const given = parse(TargetFilterInput, input);
  checkFilter(context, given.filter);

  return change(context, async (tx, changes) => {
    const [filter] = await tx
      .insert(targetFilters)
      .values({ tenantId, ...given, ...creationStamp(context) })
      .returning(TARGET_FILTER_COLUMNS);
    changes.record({ type: 'target-filter.created', subjects: [given.name], changes: added(given) });
    return filter!;
  });
}
