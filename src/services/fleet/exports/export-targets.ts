import { and, eq, gt, lte, max, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { targetMetadata, targetTagAssignments } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetAttributes, targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeConditionIn } from '../../access/scopes.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Context } from '../../shared/context.ts';
import type { ImportedTarget } from '../imports/source.ts';
import { findTargetMetadata } from '../target-metadata/find.ts';
import { findTagsOfTargets } from '../target-tags/find.ts';
import { findAttributes } from '../targets/attributes.ts';
import { countTargets } from '../targets/count.ts';
import { askedTargets } from '../targets/matching.ts';
import { joinedPolls, joinedTypes } from '../targets/target.ts';
import { ofReadableType } from '../targets/view.ts';

/** Targets in the words of an import, so that what goes out can come in again. */
export interface TargetExport {
  /** The keys that any of the targets has, so many of each kind at most. */
  keys(most: number): Promise<{ attributes: string[]; metadata: string[] }>;
  /** How many there are now. */
  count(): Promise<number>;
  /** Whether security tokens are among it: for those who may read them. */
  hasTokens: boolean;
  /** In the order they were created, read bit by bit: what changes meanwhile may be seen or not. */
  targets(): AsyncIterable<ImportedTarget>;
}

/** How many targets one page looks at. A filter applies to these, so every page costs the same. */
const A_PAGE = 1_000;
/** How many bytes of tags, attributes and metadata a page may have: it stays in memory while its reader is slow. */
const BYTES_A_PAGE = 256 << 10;
/** A tag comes with its description and its color. */
const BYTES_A_TAG = 256;

/** All targets, or those that match a filter. Needs READ_TARGET. @throws the filter's errors */
export async function exportTargets(
  context: Context,
  { filter }: { filter?: string | null | undefined } = {},
): Promise<TargetExport> {
  const { tenantId, permissions } = requirePermission(context, 'READ_TARGET');
  const tenant = await context.tenants.byId(tenantId);
  const matching = and(
    scopeConditionIn(context, tenant, 'READ_TARGET'),
    await askedTargets(context.database, context, filter || null),
  );
  return {
    hasTokens: permissions.has('READ_TARGET_SECURITY_TOKEN'),
    count: () => countTargets(context, matching),
    targets: () => read(context, tenant, matching),
    async keys(most) {
      const [attributes, metadata] = await Promise.all([
        keysIn(context, targetAttributes, matching, most),
        keysIn(context, targetMetadata, matching, most),
      ]);
      return { attributes, metadata };
    },
  };
}

async function keysIn(
  { database, caller }: Context,
  table: typeof targetAttributes | typeof targetMetadata,
  matching: SQL | undefined,
  most: number,
): Promise<string[]> {
  const keys = database.selectDistinct({ key: table.key }).from(table).$dynamic();
  if (matching)
    keys
      .innerJoin(targets, and(eq(targets.tenantId, table.tenantId), eq(targets.id, table.targetId)))
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes);
  const rows = await keys
    .where(and(eq(table.tenantId, caller.tenantId), matching))
    .orderBy(table.key)
    .limit(most);
  return rows.map(({ key }) => key);
}

async function* read(
  context: Context,
  tenant: Tenant,
  matching: SQL | undefined,
): AsyncGenerator<ImportedTarget> {
  const last = await lastId(context);
  for (let from = 0; from < last; ) {
    // Whatever was last may be deleted by now.
    const to = (await endOfPage(context, from)) || last;
    yield* await page(context, tenant, and(gt(targets.id, from), lte(targets.id, to), matching)!);
    from = to;
  }
}

/** 0 where there are no targets. */
async function lastId({ database, caller }: Context): Promise<number> {
  const [row] = await database
    .select({ last: max(targets.id) })
    .from(targets)
    .where(eq(targets.tenantId, caller.tenantId));
  return row?.last ?? 0;
}

/** The last id of the page that comes after one; 0 where nothing does. */
async function endOfPage({ database, caller }: Context, from: number): Promise<number> {
  const bytesIn = (table: PgTable) => sql`
    SELECT coalesce(sum(octet_length(key) + octet_length(value)), 0) FROM ${table} AS entry
    WHERE entry.tenant_id = ${caller.tenantId} AND entry.target_id = first.id`;
  const [row] = await database.execute<{ last: string | null }>(sql`
    WITH first AS (
        SELECT id FROM ${targets} WHERE ${and(eq(targets.tenantId, caller.tenantId), gt(targets.id, from))}
        ORDER BY id LIMIT ${A_PAGE}),
      sized AS (
        SELECT id, (${bytesIn(targetAttributes)}) + (${bytesIn(targetMetadata)}) + ${BYTES_A_TAG} * (
            SELECT count(*) FROM ${targetTagAssignments} AS tag
            WHERE tag.tenant_id = ${caller.tenantId} AND tag.target_id = first.id) AS bytes
        FROM first)
    SELECT max(id) AS last FROM (SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM sized) AS summed
    WHERE before < ${BYTES_A_PAGE}`);
  return Number(row?.last ?? 0);
}

async function page(context: Context, tenant: Tenant, condition: SQL): Promise<ImportedTarget[]> {
  const { database, caller, secrets } = context;
  const rows = await database
    .select({
      id: targets.id,
      controllerId: targets.controllerId,
      name: targets.name,
      description: targets.description,
      group: targets.group,
      address: targetPolls.address,
      targetType: ofReadableType(context, tenant, targetTypes.key),
      securityToken: targets.securityToken,
      requestAttributes: targets.requestAttributes,
    })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(and(eq(targets.tenantId, caller.tenantId), condition))
    .orderBy(targets.id);
  if (!rows.length) return [];

  const ids = rows.map(({ id }) => id);
  const [attributes, metadata, tags] = await Promise.all([
    findAttributes(context, ids),
    findTargetMetadata(context, ids),
    findTagsOfTargets(context, ids),
  ]);
  const showsToken = caller.permissions.has('READ_TARGET_SECURITY_TOKEN');
  const entries = (list: readonly { key: string; value: string }[] = []) =>
    list.map(({ key, value }) => [key, value] as const);
  return rows.map(({ id, securityToken, ...row }) => ({
    ...row,
    securityToken: showsToken ? secrets.open(securityToken) : null,
    tags: (tags.get(id) ?? []).map(({ name }) => name),
    attributes: entries(attributes.get(id)),
    metadata: entries(metadata.get(id)),
  }));
}
