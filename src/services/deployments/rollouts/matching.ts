import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { DomainError } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { parseTargetFilter } from '../../fleet/targets/fields.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import { matchingTargets } from '../../fleet/targets/matching.ts';
import { isHere } from '../../fleet/targets/target.ts';
import type { ActorContext } from '../../shared/context.ts';
import { isForTarget, takesSetType } from '../assignments/compatibility.ts';
import type { LockedRollout } from './rollout.ts';

/** @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID with the path, where it cannot be asked of targets */
export function readTargetFilter(text: string, path: readonly string[]): Expression {
  try {
    return parseTargetFilter(text);
  } catch (error) {
    throw error instanceof DomainError ? error.within(...path) : error;
  }
}

const allOf = (expressions: Expression[]): Expression =>
  expressions.length > 1 ? { kind: 'and', children: expressions } : expressions[0]!;

/** A rollout, before or after it is stored. */
type Filtered = Pick<LockedRollout, 'filter' | 'creatorScope' | 'setId' | 'ignoreTargetFilter'>;

/**
 * The condition that a target can be in a rollout's group, or in any: it matches, its type takes the set, and the set is
 * for it, unless that is ignored.
 */
export async function eligibleTargets(
  tx: Database | Transaction,
  context: ActorContext,
  { filter, creatorScope, setId, ignoreTargetFilter }: Filtered,
  groupFilter = '',
): Promise<SQL> {
  const { caller, tenants, clock } = context;
  const { tenantId } = caller;
  const [set] = await tx
    .select({ typeId: distributionSets.typeId, targetFilter: distributionSets.targetFilter })
    .from(distributionSets)
    .where(and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, setId)));
  const texts = [filter, creatorScope, groupFilter].filter((text) => text);
  const expression = allOf(texts.map((text) => parseFilter(text!)));
  const matching = await matchingTargets(
    tx,
    { tenant: await tenants.byId(tenantId), now: clock() },
    expression,
  );
  const isFor = ignoreTargetFilter ? undefined : await isForTarget(tx, context, set!);
  return and(eq(targets.tenantId, tenantId), isHere, takesSetType(tenantId, set!.typeId), matching, isFor)!;
}

/** How many targets there are for a rollout, and how many of them match none of the filters. */
export async function countEligible(
  context: ActorContext,
  rollout: Filtered,
  filters: readonly string[],
): Promise<{ total: number; left: number }> {
  const { database } = context;
  const tenant = await context.tenants.byId(context.caller.tenantId);
  const condition = await eligibleTargets(database, context, rollout);
  const matches = filters.includes('')
    ? [sql`TRUE`]
    : await Promise.all(
        filters.map((filter) =>
          matchingTargets(database, { tenant, now: context.clock() }, parseFilter(filter)),
        ),
      );
  const matchesAny = matches.length ? sql`(${sql.join(matches, sql` OR `)})` : sql`FALSE`;
  const [row] = await database.execute<{ total: string; left: string }>(sql`
    SELECT count(*) AS total, count(*) FILTER (WHERE ${matchesAny} IS NOT TRUE) AS left
    FROM ${targetsWith([condition, matchesAny])} WHERE ${condition}`);
  return { total: Number(row!.total), left: Number(row!.left) };
}

/** The condition that a target is in no group of the rollout. */
export const isInNoGroup = ({ tenantId, id }: Pick<LockedRollout, 'tenantId' | 'id'>): SQL => sql`NOT EXISTS (
  SELECT 1 FROM ${rolloutTargets} WHERE ${rolloutTargets.tenantId} = ${tenantId}
    AND ${rolloutTargets.targetId} = ${targets.id} AND ${rolloutTargets.rolloutId} = ${id})`;
