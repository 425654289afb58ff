import { and, count, eq } from 'drizzle-orm';
import { targetFilters } from '../../database/tables/target-data.ts';
import { compileFilter } from '../../filters/compile.ts';
import { parseFilter } from '../../filters/parse.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Context } from '../context.ts';
import { type Listing, list, type PageRequest } from '../page.ts';
import { filterMoments } from '../targets/fields.ts';
import { TARGET_FILTER_FIELDS, TARGET_FILTER_ORDER, type TargetFilterOrderField } from './fields.ts';
import { TARGET_FILTER_COLUMNS, type TargetFilter } from './find.ts';

/**
 * Lists saved filters, by id unless ordered otherwise. Needs READ_TARGET.
 * @throws the filter's errors, and those of `list`.
 */
export async function listTargetFilters(
  context: Context,
  request: PageRequest<TargetFilterOrderField>,
): Promise<Listing<TargetFilter>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const tenant = await context.tenants.byId(tenantId);
  const moments = filterMoments(tenant, context.clock());
  const matching = and(
    eq(targetFilters.tenantId, tenantId),
    request.filter == null
      ? undefined
      : compileFilter(parseFilter(request.filter), TARGET_FILTER_FIELDS, moments),
  );
  return list(request, TARGET_FILTER_ORDER, 'id', {
    rows: async (where, orderBy, limit, offset) =>
      context.database
        .select(TARGET_FILTER_COLUMNS)
        .from(targetFilters)
        .where(and(matching, where))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
    async count() {
      const [row] = await context.database.select({ total: count() }).from(targetFilters).where(matching);
      return row?.total ?? 0;
    },
  });
}
