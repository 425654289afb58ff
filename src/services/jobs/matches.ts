import { and, eq, gt, lte, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from '../../database/connect.ts';
import { actions } from '../../database/tables/actions.ts';
import { enrollmentGroups, pendingTargets } from '../../database/tables/enrollment.ts';
import { targets } from '../../database/tables/targets.ts';
import { actionsWith, isSelectedAction } from '../deployments/actions/select.ts';
import { joinedGroups } from '../devices/pending-targets/fields.ts';
import { isSelectedPending } from '../devices/pending-targets/select.ts';
import { targetsWith } from '../fleet/targets/keys.ts';
import type { TargetPermission } from '../fleet/targets/scope.ts';
import { isSelected } from '../fleet/targets/selection.ts';
import type { Context } from '../shared/context.ts';

type Executor = Database | Transaction;

/** The part of the matches that a job is at: after one id, up to another. */
export interface Reach {
  after: number;
  upTo: number;
  limit: number;
}

/** Where a job finds what matches its filter, in the caller's scope. */
export interface MatchSource {
  /** Some that match, in no order: all of them where they are fewer than the limit. Locks nothing. */
  some(context: Context, filter: string, limit: number): Promise<Match[]>;
  /** How many match now, and the last id that there is. */
  count(context: Context, filter: string): Promise<{ total: number; upTo: number }>;
  /** The next that match, in the order of their ids. Locks nothing. */
  next(database: Executor, context: Context, filter: string, reach: Reach): Promise<Match[]>;
}

/** Of an action, its own id and its target's controllerId. */
export interface Match {
  id: number;
  controllerId: string;
}

/** What can match. */
interface Things {
  id: PgColumn;
  controllerId: PgColumn;
  chosen(database: Executor, context: Context, filter: string): Promise<SQL | undefined>;
  /** What follows FROM for a statement with these parts. */
  from(parts: readonly (SQLWrapper | undefined)[]): SQL;
}

const sourceOf = ({ id, controllerId, chosen, from }: Things): MatchSource => {
  const columns = sql`${id} AS id, ${controllerId} AS controller_id`;
  return {
    async some(context, filter, limit) {
      const matching = await chosen(context.database, context, filter);
      return rowsOf(
        await context.database.execute(
          sql`SELECT ${columns} FROM ${from([controllerId, matching])} WHERE ${matching} LIMIT ${limit}`,
        ),
      );
    },
    async count(context, filter) {
      const matching = await chosen(context.database, context, filter);
      const [row] = await context.database.execute<{ total: string; up_to: string | null }>(
        sql`SELECT count(*) AS total, max(${id}) AS up_to FROM ${from([matching])} WHERE ${matching}`,
      );
      return { total: Number(row!.total), upTo: Number(row!.up_to ?? 0) };
    },
    async next(database, context, filter, { after, upTo, limit }) {
      const matching = and(await chosen(database, context, filter), gt(id, after), lte(id, upTo));
      return rowsOf(
        await database.execute(sql`
          SELECT ${columns} FROM ${from([controllerId, matching])} WHERE ${matching} ORDER BY ${id} LIMIT ${limit}`),
      );
    },
  };
};

export const targetsBy = (permission: TargetPermission): MatchSource =>
  sourceOf({
    id: targets.id,
    controllerId: targets.controllerId,
    chosen: (database, context, filter) => isSelected(database, context, permission, { filter }),
    from: targetsWith,
  });

export const PENDING_TARGETS: MatchSource = sourceOf({
  id: pendingTargets.id,
  controllerId: pendingTargets.controllerId,
  chosen: (_, context, filter) => isSelectedPending(context, { filter }),
  from: () => sql`${pendingTargets} JOIN ${enrollmentGroups} ON ${joinedGroups}`,
});

export const actionsBy = (permission: TargetPermission): MatchSource =>
  sourceOf({
    id: actions.id,
    controllerId: targets.controllerId,
    chosen: async (_, context, filter) =>
      and(
        eq(actions.tenantId, context.caller.tenantId),
        await isSelectedAction(context, { filter }, { permission }),
      ),
    from: actionsWith,
  });

const rowsOf = (rows: readonly Record<string, unknown>[]): Match[] =>
  rows.map(({ id, controller_id }) => ({ id: Number(id), controllerId: String(controller_id) }));
