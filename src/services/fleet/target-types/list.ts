import { and, count, eq } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { scopeConditionIn } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import { TARGET_TYPE_FIELDS, TARGET_TYPE_ORDER, type TargetTypeOrderField } from './fields.ts';
import { TARGET_TYPE_COLUMNS, type TargetType } from './target-type.ts';

/**
 * Lists target types, by id unless ordered otherwise. Needs READ_TARGET_TYPE.
 * @throws the filter's errors, and those of `list`.
 */
export async function listTargetTypes(
  context: Context,
  request: PageRequest<TargetTypeOrderField>,
): Promise<Listing<TargetType>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET_TYPE');
  const tenant = await context.tenants.byId(tenantId);
  const matching = and(
    eq(targetTypes.tenantId, tenantId),
    scopeConditionIn(context, tenant, 'READ_TARGET_TYPE'),
    await askedFilter(context, TARGET_TYPE_FIELDS, request.filter),
  );
  return list(request, TARGET_TYPE_ORDER, 'id', {
    rows: async (where, orderBy, limit, offset) =>
      context.database
        .select(TARGET_TYPE_COLUMNS)
        .from(targetTypes)
        .where(and(matching, where))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
    async count() {
      const [row] = await context.database.select({ total: count() }).from(targetTypes).where(matching);
      return row?.total ?? 0;
    },
  });
}
