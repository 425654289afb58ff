import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { actions } from '../../../database/tables/actions.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { findTarget } from '../../fleet/targets/find.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, listMatchingOfEach, sourceOf } from '../../shared/matching.ts';
import { byParent, idsOfEach, isOfParent, readTogether } from '../../shared/nested.ts';
import type { Listing, ListPart, PageRequest } from '../../shared/page.ts';
import {
  type Action,
  actionJoinsGroup,
  actionJoinsSet,
  actionJoinsTarget,
  actionOf,
  groupJoinsRollout,
  selectActions,
} from './action.ts';
import { ACTION_FIELDS, ACTION_ORDER, type ActionOrderField } from './fields.ts';

/** Lists actions, the newest first unless ordered otherwise. Needs READ_TARGET. @throws what `listMatching` throws */
export async function listActions(
  context: Context,
  request: PageRequest<ActionOrderField>,
  among?: SQL,
): Promise<Listing<Action>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { database } = context;
  const reached = await targetInScope(context, 'READ_TARGET', actions.targetId);
  const scope = and(eq(actions.tenantId, tenantId), reached, among);
  return listMatching(
    context,
    ordered(request),
    { ...ACTION, scope },
    sourceOf(database, () => selectActions(database), actionOf),
  );
}

const ACTION = { fields: ACTION_FIELDS, order: ACTION_ORDER };
const NEWEST_FIRST = [{ field: 'id', direction: 'desc' }] as const;
const ordered = (request: PageRequest<ActionOrderField>) => ({
  ...request,
  orderBy: request.orderBy?.length ? request.orderBy : NEWEST_FIRST,
});

/** Lists the actions of one target, as `listActions` does. Needs READ_TARGET. @throws TARGET_NOT_FOUND besides */
export async function listActionsOfTarget(
  context: Context,
  controllerId: string,
  request: PageRequest<ActionOrderField>,
): Promise<Listing<Action>> {
  const { id } = await findTarget(context, controllerId);
  return listActions(context, request, eq(actions.targetId, id));
}

/** Lists those of the actions that exist, as `listActions` does. Needs READ_TARGET. */
export const listActionsAmong = (
  context: Context,
  ids: readonly number[],
  request: PageRequest<ActionOrderField>,
): Promise<Listing<Action>> => listActions(context, request, isAmong(actions.id, ids));

/** What actions are listed by: the target, or the distribution set. */
const PARENTS = {
  target: { column: actions.targetId, idOf: ({ target }: Action) => target.id },
  distributionSet: {
    column: actions.setId,
    idOf: ({ distributionSet }: Action) => distributionSet.id,
  },
} as const;

/**
 * Lists the actions of each of many targets or distribution sets, as `listActions` does, in as many statements as of one.
 * Needs READ_TARGET.
 */
export async function listActionsOfEach(
  context: Context,
  parent: keyof typeof PARENTS,
  parentIds: readonly number[],
  request: PageRequest<ActionOrderField>,
): Promise<Map<number, Listing<Action>>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { database } = context;
  const { column, idOf } = PARENTS[parent];
  const ofTenant = eq(actions.tenantId, tenantId);
  const scope = and(ofTenant, await targetInScope(context, 'READ_TARGET', actions.targetId));

  const rowsOf = readTogether(async (where: SQL | undefined, { orderBy, limit, offset }: ListPart) => {
    const page = database
      .select({ id: actions.id })
      .from(actions)
      .innerJoin(targets, actionJoinsTarget)
      .innerJoin(distributionSets, actionJoinsSet)
      .leftJoin(rolloutGroups, actionJoinsGroup)
      .leftJoin(rollouts, groupJoinsRollout)
      .where(and(where, isOfParent(column)))
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset);
    const rows = await selectActions(database)
      .where(and(ofTenant, sql`${actions.id} IN (${idsOfEach(parentIds, page)})`))
      .orderBy(...orderBy);
    return byParent(rows.map(actionOf), idOf);
  }, []);
  const countOf = readTogether(async (where: SQL | undefined) => {
    const rows = await database
      .select({ parentId: column, total: count() })
      .from(actions)
      .innerJoin(targets, actionJoinsTarget)
      .innerJoin(distributionSets, actionJoinsSet)
      .leftJoin(rolloutGroups, actionJoinsGroup)
      .leftJoin(rollouts, groupJoinsRollout)
      .where(and(where, isAmong(column, parentIds)))
      .groupBy(column);
    return new Map(rows.map(({ parentId, total }) => [parentId, total]));
  }, 0);
  const sources = parentIds.map((id) => ({ rows: rowsOf(id), count: countOf(id) }));
  const listings = await listMatchingOfEach(context, ordered(request), { ...ACTION, scope }, sources);
  return new Map(parentIds.map((id, at) => [id, listings[at]!]));
}
