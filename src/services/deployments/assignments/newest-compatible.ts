import { and, desc, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { targetDeployments } from '../../../database/tables/actions.ts';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { targets } from '../../../database/tables/targets.ts';
import { compileFilter } from '../../../filters/compile.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { filterMoments, TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import type { Context } from '../../shared/context.ts';
import {
  type DistributionSet,
  setColumns,
  withItsType,
} from '../../software/distribution-sets/distribution-set.ts';
import { takesSetType } from './compatibility.ts';

/** So many of the newest sets that say which targets they are for are looked at. */
export const NEWEST_SETS = 500;
/** So many different filters of these are compared with each target. */
export const MOST_FILTERS = 50;

/**
 * For each target the newest set that it could take: one that says which targets it is for, the target being one of them,
 * whose type suits, that is complete and neither invalidated nor deleted. The newest is the one that was created last, and
 * it was created after the one that the target has; otherwise there is none. Needs READ_TARGET and READ_DISTRIBUTION_SET.
 */
export async function findNewestCompatibleSets(
  context: Context,
  targetIds: readonly number[],
): Promise<(DistributionSet | undefined)[]> {
  requirePermission(context, 'READ_TARGET', 'READ_DISTRIBUTION_SET');
  const candidates = withoutOlder(await readCandidates(context));
  if (!candidates.length) return targetIds.map(() => undefined);
  const suiting = await findFirstSuiting(context, targetIds, candidates);
  return targetIds.map((id) => suiting.get(id));
}

/** The limit comes before completeness, which is looked at set by set. The newest is the first. */
async function readCandidates(context: Context): Promise<DistributionSet[]> {
  const rows = await context.database
    .select(setColumns(context.caller.tenantId))
    .from(distributionSets)
    .innerJoin(distributionSetTypes, withItsType)
    .where(
      and(
        eq(distributionSets.tenantId, context.caller.tenantId),
        isNotNull(distributionSets.targetFilter),
        distributionSets.valid,
        sql`NOT ${distributionSets.deleted}`,
        await scopeCondition(context, 'READ_DISTRIBUTION_SET'),
      ),
    )
    .orderBy(desc(distributionSets.createdAt), desc(distributionSets.id))
    .limit(NEWEST_SETS);
  return rows.filter(({ complete }) => complete);
}

/** Of sets for the same targets, and of the same type, only the newest can be the newest of a target. */
function withoutOlder(newestFirst: readonly DistributionSet[]): DistributionSet[] {
  const kinds = new Map<string, DistributionSet>();
  for (const set of newestFirst) {
    const kind = JSON.stringify([set.targetFilter, set.type.id]);
    if (!kinds.has(kind) && kinds.size < MOST_FILTERS) kinds.set(kind, set);
  }
  return [...kinds.values()];
}

/** @returns by target the first of the sets that it could take, if that was created after what it has */
async function findFirstSuiting(
  context: Context,
  targetIds: readonly number[],
  newestFirst: readonly DistributionSet[],
): Promise<Map<number, DistributionSet>> {
  const { tenantId } = context.caller;
  const tenant = await context.tenants.byId(tenantId);
  const moments = filterMoments(tenant, context.clock());
  const installed = sql`(SELECT extract(epoch FROM ${distributionSets.createdAt}) * 1000
    FROM ${targetDeployments} JOIN ${distributionSets} ON ${distributionSets.tenantId} = ${targetDeployments.tenantId}
      AND ${distributionSets.id} = ${targetDeployments.installedSetId}
    WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${targetDeployments.targetId} = ${targets.id})`;
  const whens = newestFirst.map((set, place): SQL => {
    const matches = compileFilter(parseFilter(set.targetFilter!), TARGET_FIELDS, moments);
    return sql`WHEN ${takesSetType(tenantId, set.type.id)} AND ${matches} THEN ${place}::int`;
  });
  const scope = await scopeCondition(context, 'READ_TARGET');
  const first = sql`CASE ${sql.join(whens, sql` `)} END`;
  const rows = await context.database.execute<{ id: string; place: number; installed_at: string | null }>(sql`
    SELECT id, place, installed_at FROM (
      SELECT ${targets.id}, ${first} AS place, ${installed} AS installed_at
      FROM ${targetsWith([first, scope])}
      WHERE ${and(eq(targets.tenantId, tenantId), isAmong(targets.id, targetIds), scope)} OFFSET 0) AS found
    WHERE place IS NOT NULL`);
  const suiting = rows.map(
    (row) => [Number(row.id), newestFirst[row.place]!, Number(row.installed_at ?? -1)] as const,
  );
  return new Map(
    suiting.filter(([, set, after]) => set.createdAt.getTime() > after).map(([id, set]) => [id, set]),
  );
}
