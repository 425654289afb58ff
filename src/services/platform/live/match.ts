import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { compileFilter } from '../../../filters/compile.ts';
import type { Exists } from '../../../filters/row-conditions.ts';
import { filterMoments } from '../../fleet/targets/fields.ts';
import { matchingTargets } from '../../fleet/targets/matching.ts';
import { joinedPolls, joinedTypes } from '../../fleet/targets/target.ts';
import type { Platform } from '../../shared/context.ts';
import { flagsOf, readFlags } from './flags.ts';
import { MOST_MATCHES } from './memory.ts';
import { conditionOf, type Watched } from './view.ts';

/** A changed target, and whether it matches each of the filters, in their order. */
export interface MatchResult {
  targetId: number;
  controllerId: string;
  matches: boolean[];
}

/** Tests the targets that exist against all filters, in one statement. */
export type MatchTester = (controllerIds: readonly string[]) => Promise<MatchResult[]>;

/** Builds the statement with the current time and settings of the tenant. */
export async function openMatchTester(
  platform: Platform,
  tenantId: number,
  filters: readonly Watched[],
): Promise<MatchTester> {
  const moments = filterMoments(await platform.tenants.byId(tenantId), platform.clock());
  const passes = openPasses();
  const tests: SQL[] = [];
  for (const filter of filters) {
    const condition = await conditionOf(filter, (asked, fields) =>
      compileFilter(asked, fields, moments, passes.exists),
    );
    tests.push(condition);
  }
  let query = platform.database
    .select({ targetId: targets.id, controllerId: targets.controllerId, matches: flagsOf(tests) })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .$dynamic();
  for (const pass of passes.made()) query = query.leftJoinLateral(pass, sql`TRUE`);
  const statement = query
    .where(
      and(
        eq(targets.tenantId, tenantId),
        sql`${targets.controllerId} IN (SELECT json_array_elements_text(${sql.placeholder('ids')}::json))`,
      ),
    )
    // Without a name: sessions would keep the plan of every set of filters that ever was.
    .prepare(undefined as unknown as string);
  return async (controllerIds) => {
    const rows = await statement.execute({ ids: JSON.stringify(controllerIds) });
    return rows.map(({ matches, ...row }) => ({
      ...row,
      matches: readFlags(matches),
    }));
  };
}

/**
 * Reads the attributes, tags … of a target once for all filters. A sub-query for each filter would be slow: planning a
 * hundred of them takes longer than all the rest.
 */
function openPasses(): { exists: Exists; made(): SQL[] } {
  const passes = new Map<SQLWrapper, { name: string; on: SQLWrapper; conditions: SQL[] }>();
  return {
    exists(from, on, conditions) {
      const pass = passes.get(from) ?? { name: `pass_${passes.size}`, on, conditions: [] };
      passes.set(from, pass);
      pass.conditions.push(conditions.length ? sql.join([...conditions], sql` AND `) : sql`TRUE`);
      return sql`coalesce(${sql.raw(`${pass.name}.c${pass.conditions.length}`)}, FALSE)`;
    },
    made: () =>
      [...passes].map(([from, { name, on, conditions }]) => {
        const columns = conditions.map((one, index) => sql`bool_or(${one}) AS ${sql.raw(`c${index + 1}`)}`);
        return sql`(SELECT ${sql.join(columns, sql`, `)} FROM ${from} WHERE ${on}) AS ${sql.raw(name)}`;
      }),
  };
}

/** The ids of all targets that match; undefined if there are too many. */
export async function findMatches(
  platform: Platform,
  tenantId: number,
  filter: Watched,
): Promise<number[] | undefined> {
  const tenant = await platform.tenants.byId(tenantId);
  const matching = await conditionOf(filter, (asked, fields) =>
    matchingTargets(platform.database, { tenant, now: platform.clock(), fields }, asked),
  );
  const found = platform.database
    .select({ id: targets.id })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(and(eq(targets.tenantId, tenantId), matching))
    .limit(MOST_MATCHES + 1);
  // As one text: reading a hundred thousand rows would block the process for longer.
  const [row] = await platform.database.execute<{ ids: string | null }>(
    sql`SELECT string_agg(id::text, ',') AS ids FROM ${found} AS found`,
  );
  const ids = row?.ids ? row.ids.split(',').map(Number) : [];
  return ids.length > MOST_MATCHES ? undefined : ids;
}
