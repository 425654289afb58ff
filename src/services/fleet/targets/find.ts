import { and, eq, type SQL, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { arrayText } from '../../../database/arrays.ts';
import { arrayOf } from '../../../database/bulk.ts';
import type { Database } from '../../../database/connect.ts';
import { fixed } from '../../../database/prepared.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireSortable } from '../../access/readable-fields.ts';
import { scopeConditionIn } from '../../access/scopes.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { gatherReads } from '../../shared/gather-reads.ts';
import { type Key, type Listing, list, orderOf, type PageRequest } from '../../shared/page.ts';
import { isStorableText } from '../../shared/text.ts';
import { placesOf, totalOf } from './count.ts';
import { isTokenRotationPending } from './fields.ts';
import { keysAtStart, keysOfPage, nameOfOrder, type PageOfKeys, windowOf } from './keys.ts';
import { askedTargets } from './matching.ts';
import { TARGET_ORDER, type TargetOrderField, targetOrder } from './order.ts';
import type { Target } from './target.ts';
import { dependentColumns, ofReadableType, selectPage, type TargetRow, toTarget } from './view.ts';

/** The target of that controllerId. Needs READ_TARGET. @throws TARGET_NOT_FOUND */
export async function findTarget(context: Context, controllerId: string): Promise<Target> {
  requirePermission(context, 'READ_TARGET');
  const target = await findGathered(context, controllerId);
  if (!target) throw targetNotFound(controllerId);
  return target;
}

const findGathered = gatherReads(async (context, controllerIds) => {
  const found = await findTargets(context, controllerIds);
  return new Map(found.map((target) => [target.controllerId, target]));
});

/** Those of the targets that exist, in no order. Needs READ_TARGET. */
export async function findTargets(context: Context, controllerIds: readonly string[]): Promise<Target[]> {
  requirePermission(context, 'READ_TARGET');
  const ids = controllerIds.filter(isStorableText);
  return readTargets(context, named, { keys: arrayText(ids), limit: ids.length });
}

/** For each id its target, or undefined where there is none. Needs READ_TARGET. */
export async function findTargetsById(
  context: Context,
  ids: readonly number[],
): Promise<(Target | undefined)[]> {
  requirePermission(context, 'READ_TARGET');
  const keys = arrayText(ids.filter(Number.isSafeInteger));
  return inOrderOf(ids, await readTargets(context, numbered, { keys, limit: ids.length }));
}

const ofTenant = fixed(eq(targets.tenantId, sql.placeholder('tenantId')));
const keys = sql.placeholder('keys');
const named = fixed(sql`${ofTenant} AND ${targets.controllerId} = ANY(${keys}::text[])`);
const numbered = fixed(sql`${ofTenant} AND ${targets.id} = ANY(${keys}::bigint[])`);
const byControllerId = fixed(sql`${targets.controllerId}`);

/** At most `limit` of the targets that are chosen by `keys`. */
async function readTargets(
  context: Context,
  chosen: SQL,
  values: { keys: string; limit: number },
): Promise<Target[]> {
  const { tenantId } = context.caller;
  const tenant = await context.tenants.byId(tenantId);
  const scope = scopeConditionIn(context, tenant, 'READ_TARGET');
  const rows = await selectPage(
    context.database,
    {
      ...dependentColumns(context, tenant),
      chosen: scope ? and(chosen, scope)! : chosen,
      order: byControllerId,
    },
    { tenantId, ...values },
  );
  return rows.map(toTarget(context, tenant));
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
  const order = sortableTargets(context, tenant, request);
  const narrowed = and(
    scopeConditionIn(context, tenant, 'READ_TARGET'),
    within,
    await askedTargets(context.database, context, request.filter),
  );
  let { database } = context;
  return list(request, order, 'controllerId', {
    async rows(cursor, { limit, offset, keys }) {
      const page = { database, cursor, chosen: narrowed, keys, limit, offset };
      return (await readPage(context, tenant, page)).map(toTarget(context, tenant));
    },
    async places(keys) {
      const places = placesOf(context, narrowed, keys);
      // What the call reads from may be older than the places that are noted.
      if (places) database = await context.reads();
      return places;
    },
    count: () => totalOf(context, narrowed),
  });
}

/** What targets can be ordered by, as far as the caller may read it. @throws FORBIDDEN for an order by what they may not */
export function sortableTargets(context: Context, tenant: Tenant, request: PageRequest<TargetOrderField>) {
  const orders = targetOrder(tenant, context.clock());
  requireSortable(context, request, orders);
  const typeName = ofReadableType(context, tenant, targetTypes.name);
  return { ...orders, targetType: { ...orders.targetType, expression: typeName } };
}

/** A page from a place in the list, or from its beginning. */
type PagePlace = Omit<PageOfKeys, 'from'> & { database: Database; cursor: SQL | undefined };

/** What an offset passes over, or an order sorts, isn't read whole: only the page is. */
async function readPage(context: Context, tenant: Tenant, page: PagePlace): Promise<TargetRow[]> {
  const { database, cursor, chosen, keys, offset } = page;
  const known = chosen || cursor ? undefined : fixedPages(keys);
  const order = known?.order ?? sql.join(keys.map(orderOf), sql`, `);
  const values = { tenantId: tenant.tenantId, ...windowOf(page) };
  const read = (those: SQL) =>
    selectPage(database, { ...dependentColumns(context, tenant), chosen: those, order }, values);
  if (known) return read(offset ? known.afterOffset : ofTenant);
  const from = and(ofTenant, cursor)!;
  if (!chosen && !offset) return read(from);

  const start = keysAtStart({ ...page, from });
  const found = start ? await read(among(start)) : [];
  return found.length === page.limit
    ? found
    : read(among(keysOfPage({ from, chosen, keys }, windowOf(page))));
}

const among = (ids: SQL) => sql`${ofTenant} AND ${targets.controllerId} = ANY(${ids})`;

const ORDERS_AT_MOST = 100;
const fixedOrders = new LRUCache<string, { order: SQL; afterOffset: SQL }>({ max: ORDERS_AT_MOST });

/** The parts of statements for pages of all targets, rendered once for each order; none where time or scope is in it. */
function fixedPages(keys: readonly Key<Target>[]) {
  const orders: Record<string, Pick<Key<Target>, 'expression'>> = TARGET_ORDER;
  if (keys.some(({ field, expression }) => orders[field]?.expression !== expression)) return undefined;
  const name = nameOfOrder(keys);
  const known = fixedOrders.get(name);
  if (known) return known;
  const [limit, offset, candidates] = ['limit', 'offset', 'candidates'].map(sql.placeholder);
  const page = keysOfPage({ from: ofTenant, chosen: undefined, keys }, { limit, offset, candidates });
  const made = { order: fixed(sql.join(keys.map(orderOf), sql`, `)), afterOffset: fixed(among(page)) };
  fixedOrders.set(name, made);
  return made;
}

/** Lists some targets, as `listTargets` does. Needs READ_TARGET. */
export const listTargetsAmong = (
  context: Context,
  controllerIds: readonly string[],
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> =>
  listTargets(context, request, sql`${targets.controllerId} = ANY(${arrayOf(controllerIds)}::text[])`);

/** Lists the targets whose devices never used their newest token, as `listTargets` does. Needs READ_TARGET. */
export const listPendingTokenRotations = (
  context: Context,
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> => listTargets(context, request, isTokenRotationPending(context.caller));
