import { and, eq, type SQL, sql } from 'drizzle-orm';
import { lowered } from '../../../database/tables/columns.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetsWith } from '../targets/keys.ts';

/** A group that targets are in. It is there as long as they are: nothing else is known of it. */
export interface TargetGroup {
  /** A path by `/`. Of spellings that differ in upper and lower case only, the first one. */
  name: string;
  /** Without those of the groups below it. */
  targetCount: number;
}

/** Of `targetGroupsOf`. */
export const TARGET_GROUP_COLUMNS = {
  name: sql<string>`target_groups.name`,
  targetCount: sql<number>`target_groups.target_count`.mapWith(Number),
};

/**
 * What follows FROM: the groups of the targets in scope, counted. It reads every target once, as counts must be exact;
 * `MOST_TARGET_GROUPS` bounds what comes out.
 */
export function targetGroupsOf(tenantId: number, scope: SQL | undefined): SQL {
  const where = and(eq(targets.tenantId, tenantId), sql`${targets.group} <> ''`, scope);
  return sql`(SELECT min(${targets.group}) AS name, count(*) AS target_count
    FROM ${targetsWith([where])} WHERE ${where} GROUP BY ${lowered(targets.group)}) AS target_groups`;
}
