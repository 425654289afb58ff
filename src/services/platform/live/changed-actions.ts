import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Database } from '../../../database/connect.ts';
import { actionEntries, actions } from '../../../database/tables/actions.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import {
  actionJoinsGroup,
  actionJoinsSet,
  actionJoinsTarget,
  groupJoinsRollout,
} from '../../deployments/actions/action.ts';
import { flagsOf, readFlags } from './flags.ts';

/** An action that changed recently, and whether it passes each of the tests, in their order. */
export interface ChangedAction {
  id: number;
  /** Different after every change. */
  version: string;
  /** Whether it has not changed since it was created. */
  isNew: boolean;
  passes: boolean[];
}

/** The actions of some targets that changed since a moment, in the order of their changes. */
export async function findChangedActions(
  database: Database,
  tenantId: number,
  { controllerIds, since, tests }: { controllerIds: readonly string[]; since: Date; tests: readonly SQL[] },
): Promise<ChangedAction[]> {
  const moment = sql`${since.toISOString()}::timestamptz`;
  const newest = sql`(
    SELECT ${actionEntries.id} AS id, ${actionEntries.reportedAt} AS reported_at FROM ${actionEntries}
    WHERE ${actionEntries.tenantId} = ${tenantId} AND ${actionEntries.actionId} = ${actions.id}
    ORDER BY ${actionEntries.id} DESC LIMIT 1) AS newest`;
  const rows = await database
    .select({
      id: actions.id,
      version: sql<string>`concat_ws(' ', newest.id, ${actions.status}, ${actions.forceType}, ${actions.lastModifiedAt})`,
      isNew: sql<boolean>`coalesce(newest.reported_at <= ${actions.createdAt}, TRUE)
        AND ${actions.lastModifiedAt} = ${actions.createdAt}`,
      passes: flagsOf(tests),
    })
    .from(actions)
    .innerJoin(targets, actionJoinsTarget)
    .innerJoin(distributionSets, actionJoinsSet)
    .leftJoin(rolloutGroups, actionJoinsGroup)
    .leftJoin(rollouts, groupJoinsRollout)
    .leftJoinLateral(newest, sql`TRUE`)
    .where(
      and(
        eq(actions.tenantId, tenantId),
        sql`${targets.controllerId} = ANY(${arrayOf(controllerIds)}::text[])`,
        sql`(${actions.active} OR ${actions.lastModifiedAt} >= ${moment})`,
        sql`greatest(${actions.lastModifiedAt}, newest.reported_at) >= ${moment}`,
      ),
    )
    .orderBy(sql`newest.id`, actions.id);
  return rows.map(({ passes, ...row }) => ({ ...row, passes: readFlags(passes) }));
}
