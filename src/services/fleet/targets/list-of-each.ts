import { and, count, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { byParent, isOfParent, readTogether } from '../../shared/nested.ts';
import { type Listing, type ListPart, list, type PageRequest } from '../../shared/page.ts';
import { findTargets, sortableTargets } from './find.ts';
import { askedTargets } from './matching.ts';
import type { TargetOrderField } from './order.ts';
import { joinedPolls, joinedTypes, type Target } from './target.ts';

/** A table that says which targets belong to which parent. */
interface Belonging {
  table: PgTable;
  /** Its column with the id of the parent. */
  parentId: PgColumn;
  /** That a row of it is of a target. */
  ofItsTarget: SQL | undefined;
  /** Which rows of it the caller may see. */
  scope: SQL | undefined;
}

/**
 * Lists the targets of each of many parents, by controllerId unless ordered otherwise, in as many statements as of one.
 * Requires no permission.
 * @throws the filter's errors, and those of `list`
 */
export async function listTargetsOfEach(
  context: Context,
  parentIds: readonly number[],
  request: PageRequest<TargetOrderField>,
  { table, parentId, ofItsTarget, scope }: Belonging,
): Promise<Map<number, Listing<Target>>> {
  const { database } = context;
  const order = sortableTargets(context, await context.tenants.byId(context.caller.tenantId), request);
  const chosen = and(
    scope,
    isAmong(parentId, parentIds),
    await scopeCondition(context, 'READ_TARGET'),
    await askedTargets(database, context, request.filter),
  );
  const rowsOf = readTogether(async (where: SQL | undefined, { orderBy, limit, offset }: ListPart) => {
    const place = sql<number>`row_number() OVER (ORDER BY ${sql.join(orderBy, sql`, `)})`.as('place');
    const page = database
      .select({ controllerId: targets.controllerId, place })
      .from(table)
      .innerJoin(targets, ofItsTarget)
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes)
      .where(and(chosen, where, isOfParent(parentId)))
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset);
    const keys = await database.execute<{ parent_id: string; controller_id: string }>(sql`
      SELECT parent.id AS parent_id, mine.controller_id
      FROM unnest(${arrayOf(parentIds)}::bigint[]) AS parent(id) CROSS JOIN LATERAL ${page} AS mine
      ORDER BY mine.place`);
    const found = await findTargets(
      context,
      keys.map((key) => key.controller_id),
    );
    const named = new Map(found.map((target) => [target.controllerId, target]));
    const pages = byParent(keys, (key) => Number(key.parent_id));
    return new Map(
      [...pages].map(([id, its]) => [id, its.flatMap((key) => named.get(key.controller_id) ?? [])]),
    );
  }, []);
  const countOf = readTogether(async () => {
    const rows = await database
      .select({ parentId: sql<string>`${parentId}`, total: count() })
      .from(table)
      .innerJoin(targets, ofItsTarget)
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes)
      .where(chosen)
      .groupBy(parentId);
    return new Map(rows.map((row) => [Number(row.parentId), row.total]));
  }, 0);
  return new Map(
    parentIds.map((id) => [
      id,
      list(request, order, 'controllerId', { rows: rowsOf(id), count: countOf(id) }),
    ]),
  );
}
