import { and, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../database/connect.ts';
import { enrollmentGroups, pendingTargets } from '../../database/tables/enrollment.ts';
import { targets } from '../../database/tables/targets.ts';
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
  /** How many match now, and the last id that there is. */
  count(context: Context, filter: string): Promise<{ total: number; upTo: number }>;
  /** The next that match, in the order of their ids. Locks nothing. */
  next(database: Executor, context: Context, filter: string, reach: Reach): Promise<Match[]>;
}

export interface Match {
  id: number;
  controllerId: string;
}

export const targetsBy = (permission: TargetPermission): MatchSource => ({
  async count(context, filter) {
    const chosen = await isSelected(context.database, context, permission, { filter });
    return countOf(context, sql`${targetsWith([chosen])} WHERE ${chosen}`, targets.id);
  },
  async next(database, context, filter, { after, upTo, limit }) {
    const matching = await isSelected(database, context, permission, { filter });
    const chosen = and(matching, gt(targets.id, after), lte(targets.id, upTo));
    return rowsOf(
      await database.execute(sql`
        SELECT ${targets.id} AS id, ${targets.controllerId} AS controller_id
        FROM ${targetsWith([chosen])} WHERE ${chosen} ORDER BY ${targets.id} LIMIT ${limit}`),
    );
  },
});

const WITH_GROUPS = sql`${pendingTargets} JOIN ${enrollmentGroups} ON ${joinedGroups}`;

export const PENDING_TARGETS: MatchSource = {
  async count(context, filter) {
    const chosen = await isSelectedPending(context, { filter });
    return countOf(context, sql`${WITH_GROUPS} WHERE ${chosen}`, pendingTargets.id);
  },
  async next(database, context, filter, { after, upTo, limit }) {
    const matching = await isSelectedPending(context, { filter });
    const chosen = and(matching, gt(pendingTargets.id, after), lte(pendingTargets.id, upTo));
    return rowsOf(
      await database.execute(sql`
        SELECT ${pendingTargets.id} AS id, ${pendingTargets.controllerId} AS controller_id
        FROM ${WITH_GROUPS} WHERE ${chosen} ORDER BY ${pendingTargets.id} LIMIT ${limit}`),
    );
  },
};

async function countOf(
  { database }: Context,
  matching: SQL,
  id: SQL | typeof targets.id | typeof pendingTargets.id,
) {
  const [row] = await database.execute<{ total: string; up_to: string | null }>(
    sql`SELECT count(*) AS total, max(${id}) AS up_to FROM ${matching}`,
  );
  return { total: Number(row!.total), upTo: Number(row!.up_to ?? 0) };
}

const rowsOf = (rows: readonly Record<string, unknown>[]): Match[] =>
  rows.map(({ id, controller_id }) => ({ id: Number(id), controllerId: String(controller_id) }));
