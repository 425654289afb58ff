import { and, count, eq, type SQL } from 'drizzle-orm';
import { actions } from '../../database/tables/actions.ts';
import { distributionSets } from '../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../database/tables/rollouts.ts';
import { targets } from '../../database/tables/targets.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Context } from '../context.ts';
import { listMatching } from '../matching.ts';
import type { Listing, PageRequest } from '../page.ts';
import { findTarget } from '../targets/find.ts';
import { reachesTargetOf } from '../targets/scope.ts';
import {
  type Action,
  actionOf,
  ofItsGroup,
  ofItsRollout,
  ofItsSet,
  ofItsTarget,
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
  const reached = await reachesTargetOf(context, 'READ_TARGET', actions.targetId);
  const scope = and(eq(actions.tenantId, tenantId), reached, among);
  const entity = { fields: ACTION_FIELDS, order: ACTION_ORDER };
  const orderBy = request.orderBy?.length ? request.orderBy : NEWEST_FIRST;
  return listMatching(context, { ...request, orderBy }, entity, scope, {
    async rows(where, orderBy, limit, offset) {
      const rows = await selectActions(database)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset);
      return rows.map(actionOf);
    },
    async count(where) {
      const [row] = await database
        .select({ total: count() })
        .from(actions)
        .innerJoin(targets, ofItsTarget)
        .innerJoin(distributionSets, ofItsSet)
        .leftJoin(rolloutGroups, ofItsGroup)
        .leftJoin(rollouts, ofItsRollout)
        .where(where);
      return row!.total;
    },
  });
}

const NEWEST_FIRST = [{ field: 'id', direction: 'desc' }] as const;

/** Lists the actions of one target, as `listActions` does. Needs READ_TARGET. @throws TARGET_NOT_FOUND besides */
export async function listActionsOfTarget(
  context: Context,
  controllerId: string,
  request: PageRequest<ActionOrderField>,
): Promise<Listing<Action>> {
  const { id } = await findTarget(context, controllerId);
  return listActions(context, request, eq(actions.targetId, id));
}
