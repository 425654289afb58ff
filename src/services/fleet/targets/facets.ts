import { and, eq, type SQL, sql } from 'drizzle-orm';
import { targetDeployments } from '../../../database/tables/actions.ts';
import { lowered } from '../../../database/tables/columns.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { targetTagAssignments, targetTags } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetAttributes, targets } from '../../../database/tables/targets.ts';
import { invalid } from '../../../errors.ts';
import { isWord } from '../../../filters/parse.ts';
import { printText } from '../../../filters/print.ts';
import { requirePermission } from '../../access/permissions.ts';
import { readableRows } from '../../access/readable-fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { targetsWith } from './keys.ts';
import { askedTargets } from './matching.ts';

export const FACETS = ['tag', 'type', 'group', 'updateStatus', 'distributionSet', 'attribute'] as const;
export type FacetKind = (typeof FACETS)[number];

/** Targets that have the same of something. */
export interface TargetFacet {
  /** What they have, for people; null if they have none. */
  value: string | null;
  /** For distribution sets. */
  version: string | null;
  count: number;
  /** The filter that finds them, beside the one that was given. */
  filter: string;
}

export interface TargetFacets {
  facets: TargetFacet[];
  /** Whether there are more than are listed. */
  hasMore: boolean;
}

interface FacetsRequest {
  filter?: string | null | undefined;
  by: FacetKind;
  /** For attributes: which. */
  key?: string | null | undefined;
  first?: number | null | undefined;
}

export const MOST_FACETS = 100;
const USUAL_FACETS = 20;

/** How targets are counted by something: what is joined, and what makes them alike. */
interface Grouping {
  joins: SQL;
  /** What is the same of those that are counted together. */
  by: SQL;
  /** What is shown of it, and what its filter is made of. */
  columns: SQL;
  filterOf(row: FacetRow): string;
}

type FacetRow = Record<'id' | 'value' | 'version', string | null> & { count: string };

/**
 * Counts targets by what they have, the most frequent first; what has several tags counts for each. In one statement. Needs
 * READ_TARGET, for types READ_TARGET_TYPE, and for sets READ_DISTRIBUTION_SET; what is out of the scope of these counts as
 * missing. @throws INVALID_INPUT, the filter's errors
 */
export async function countTargetFacets(context: Context, request: FacetsRequest): Promise<TargetFacets> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { first, by, key } = request;
  const limit = first ?? USUAL_FACETS;
  if (limit < 1 || limit > MOST_FACETS) throw invalid(`first: must be from 1 to ${MOST_FACETS}`, ['first']);
  if ((by === 'attribute') !== (key != null))
    throw invalid('key: must be given for attributes, and for nothing else', ['key']);
  if (key != null && !isWord(key))
    throw invalid('attribute: cannot be asked for by a filter', ['by', 'attribute']);

  const { joins, by: same, columns, filterOf } = await GROUPINGS[by](context, key ?? '');
  const where = and(
    eq(targets.tenantId, tenantId),
    await scopeCondition(context, 'READ_TARGET'),
    await askedTargets(context.database, context, request.filter),
  )!;
  const rows = await context.database.execute<FacetRow>(sql`
    SELECT ${columns}, count(*) AS count FROM ${targetsWith([where])} ${joins} WHERE ${where}
    GROUP BY ${same} ORDER BY count(*) DESC, value LIMIT ${limit + 1}`);
  const facets = rows.slice(0, limit).map((row) => ({
    value: row.value,
    version: row.version,
    count: Number(row.count),
    filter: filterOf(row),
  }));
  return { facets, hasMore: rows.length > limit };
}

const NOTHING = sql`NULL::text`;
const none = sql``;

const GROUPINGS: Record<FacetKind, (context: Context, key: string) => Grouping | Promise<Grouping>> = {
  updateStatus: () => ({
    joins: none,
    by: sql`${targets.updateStatus}`,
    columns: sql`${NOTHING} AS id, ${targets.updateStatus} AS value, ${NOTHING} AS version`,
    filterOf: ({ value }) => `updateStatus==${value}`,
  }),
  group: () => ({
    joins: none,
    by: lowered(targets.group),
    columns: sql`${NOTHING} AS id, min(${targets.group}) AS value, ${NOTHING} AS version`,
    filterOf: ({ value }) => (value === null ? 'group=is=null' : `group==${printText(value)}`),
  }),
  tag: () => ({
    joins: sql`LEFT JOIN ${targetTagAssignments} ON ${and(
      eq(targetTagAssignments.tenantId, targets.tenantId),
      eq(targetTagAssignments.targetId, targets.id),
    )} LEFT JOIN ${targetTags} ON ${and(
      eq(targetTags.tenantId, targetTagAssignments.tenantId),
      eq(targetTags.id, targetTagAssignments.tagId),
    )}`,
    by: sql`${targetTags.id}, ${targetTags.name}`,
    columns: sql`${targetTags.id} AS id, ${targetTags.name} AS value, ${NOTHING} AS version`,
    filterOf: ({ id }) => (id === null ? 'tag=is=null' : `tag.id==${id}`),
  }),
  async type(context) {
    requirePermission(context, 'READ_TARGET_TYPE');
    const { scope } = await readableRows(context, 'targetType');
    const readable = sql`(SELECT id, name FROM ${targetTypes} WHERE ${and(
      eq(targetTypes.tenantId, context.caller.tenantId),
      scope,
    )}) AS readable`;
    return {
      joins: sql`LEFT JOIN ${readable} ON readable.id = ${targets.targetTypeId}`,
      by: sql`readable.id, readable.name`,
      columns: sql`readable.id AS id, readable.name AS value, ${NOTHING} AS version`,
      filterOf: ({ id }) => (id === null ? 'type.id=is=null' : `type.id==${id}`),
    };
  },
  async distributionSet(context) {
    requirePermission(context, 'READ_DISTRIBUTION_SET');
    const { scope, joined } = await readableRows(context, 'distributionSet');
    const readable = sql`(
      SELECT ${distributionSets.id} AS id, ${distributionSets.name} AS name, ${distributionSets.version} AS version
      FROM ${(scope && joined) ?? distributionSets}
      WHERE ${and(eq(distributionSets.tenantId, context.caller.tenantId), scope)}) AS readable`;
    return {
      joins: sql`LEFT JOIN ${targetDeployments} ON ${and(
        eq(targetDeployments.tenantId, targets.tenantId),
        eq(targetDeployments.targetId, targets.id),
      )} LEFT JOIN ${readable} ON readable.id = ${targetDeployments.installedSetId}`,
      by: sql`readable.id, readable.name, readable.version`,
      columns: sql`readable.id AS id, readable.name AS value, readable.version AS version`,
      filterOf: ({ value, version }) =>
        value === null
          ? 'installedDs.name=is=null'
          : `installedDs.name==${printText(value)} and installedDs.version==${printText(version ?? '')}`,
    };
  },
  attribute: (_, key) => ({
    joins: sql`LEFT JOIN ${targetAttributes} ON ${and(
      eq(targetAttributes.tenantId, targets.tenantId),
      eq(targetAttributes.targetId, targets.id),
      sql`${lowered(targetAttributes.key)} = ${lowered(sql`${key}::text`)}`,
    )}`,
    by: lowered(targetAttributes.value),
    columns: sql`${NOTHING} AS id, min(${targetAttributes.value}) AS value, ${NOTHING} AS version`,
    filterOf: ({ value }) =>
      value === null ? `attribute.${key}=is=null` : `attribute.${key}==${printText(value)}`,
  }),
};
