import { and, count, eq, inArray, type SQL } from 'drizzle-orm';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { targetNotFound } from '../../errors.ts';
import { compileFilter } from '../../filters/compile.ts';
import { parseFilter } from '../../filters/parse.ts';
import { requirePermission } from '../access/permissions.ts';
import { scopeOf } from '../access/scopes.ts';
import type { Context } from '../context.ts';
import { type Listing, list, type PageRequest } from '../page.ts';
import { isStorableText } from '../text.ts';
import {
  filterMoments,
  isTokenRotationPending,
  TARGET_FIELDS,
  TARGET_ORDER,
  type TargetOrderField,
} from './fields.ts';
import {
  joinedPolls,
  joinedTypes,
  ofReadableType,
  selectTargets,
  type Target,
  targetView,
} from './target.ts';

/** The target of that controllerId. Needs READ_TARGET. @throws TARGET_NOT_FOUND */
export async function findTarget(context: Context, controllerId: string): Promise<Target> {
  const [target] = await findTargets(context, [controllerId]);
  if (!target) throw targetNotFound(controllerId);
  return target;
}

/** Those of the targets that exist, in no order. Needs READ_TARGET. */
export async function findTargets(context: Context, controllerIds: readonly string[]): Promise<Target[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const tenant = await context.tenants.byId(tenantId);
  const storable = controllerIds.filter(isStorableText);
  const rows = await selectTargets(context.database, context, tenant).where(
    and(
      eq(targets.tenantId, tenantId),
      inArray(targets.controllerId, storable),
      scopeOf(context, tenant, 'READ_TARGET'),
    ),
  );
  return rows.map(targetView(context, tenant));
}

/**
 * Lists targets, by controllerId unless ordered otherwise; of those `within` a condition only. Needs READ_TARGET.
 * @throws the filter's errors, and those of `list`.
 */
export async function listTargets(
  context: Context,
  request: PageRequest<TargetOrderField>,
  within?: SQL,
): Promise<Listing<Target>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const tenant = await context.tenants.byId(tenantId);
  const moments = filterMoments(tenant, context.clock());
  const matching = and(
    eq(targets.tenantId, tenantId),
    scopeOf(context, tenant, 'READ_TARGET'),
    within,
    request.filter == null ? undefined : compileFilter(parseFilter(request.filter), TARGET_FIELDS, moments),
  );
  const typeName = ofReadableType(context, tenant, targetTypes.name);
  const order = { ...TARGET_ORDER, targetType: { ...TARGET_ORDER.targetType, expression: typeName } };
  return list(request, order, 'controllerId', {
    async rows(where, orderBy, limit, offset) {
      const chosen = and(matching, where);
      // What an offset passes over is only counted: whole targets are read of the page alone.
      const page = () =>
        context.database
          .select({ controllerId: targets.controllerId })
          .from(targets)
          .leftJoin(targetPolls, joinedPolls)
          .leftJoin(targetTypes, joinedTypes)
          .where(chosen)
          .orderBy(...orderBy)
          .limit(limit)
          .offset(offset);
      const rows = await selectTargets(context.database, context, tenant)
        .where(offset ? and(eq(targets.tenantId, tenantId), inArray(targets.controllerId, page())) : chosen)
        .orderBy(...orderBy)
        .limit(limit);
      return rows.map(targetView(context, tenant));
    },
    async count() {
      const [row] = await context.database
        .select({ total: count() })
        .from(targets)
        .leftJoin(targetPolls, joinedPolls)
        .leftJoin(targetTypes, joinedTypes)
        .where(matching);
      return row?.total ?? 0;
    },
  });
}

/** Lists the targets whose devices never used their newest token, as `listTargets` does. Needs READ_TARGET. */
export const listPendingTokenRotations = (
  context: Context,
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> => listTargets(context, request, isTokenRotationPending);
