import { and, eq, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { lowered } from '../../../database/tables/columns.ts';
import { distributionSetModules, distributionSets } from '../../../database/tables/distribution-sets.ts';
import { artifactContents, artifacts } from '../../../database/tables/software.ts';
import { targetAttributes } from '../../../database/tables/targets.ts';
import { DomainError } from '../../../errors.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireFilterWhollyReadable } from '../../access/readable-fields.ts';
import { FILTER_LENGTH } from '../../fleet/target-filters/input.ts';
import { parseTargetFilter, TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import type { Context } from '../../shared/context.ts';
import { ofItsContent } from '../artifacts/artifact.ts';
import {
  suggestFilter,
  type TargetFilterSuggestion,
  type UpdateFile,
} from '../content-info/suggest-filter.ts';
import { modulesAs } from '../software-modules/module.ts';
import { setsAs } from './set.ts';

/** Why the caller cannot give a set this filter of targets, if so: it is kept, and used without the caller's scopes. */
export function faultOfTargetFilter(context: Context, text: string): DomainError | undefined {
  try {
    requireFilterWhollyReadable(context, TARGET_FIELDS, parseTargetFilter(text));
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.within('targetFilter');
  }
}

/** How many files of a set are looked at. */
const MOST_FILES = 100;

export interface SuggestionOfSet extends TargetFilterSuggestion {
  /** Whether a device reports the attributes that the filter compares. */
  reported: boolean;
}

/**
 * For each set what its files say about the devices that they are for; null if it has no update for SWUpdate or RAUC
 * that the caller may read. Needs READ_DISTRIBUTION_SET, and READ_SOFTWARE_MODULE to have any.
 */
export async function suggestTargetFilters(
  context: Context,
  setIds: readonly number[],
): Promise<(SuggestionOfSet | null)[]> {
  requirePermission(context, 'READ_DISTRIBUTION_SET');
  const readable = await rowInScope(context, setsAs('READ_DISTRIBUTION_SET'), distributionSetModules.setId);
  return suggestFor(context, context.database, setIds, readable);
}

async function suggestFor(
  context: Context,
  database: Database | Transaction,
  setIds: readonly number[],
  readable?: SQL,
): Promise<(SuggestionOfSet | null)[]> {
  if (!context.caller.permissions.has('READ_SOFTWARE_MODULE')) return setIds.map(() => null);
  const { settings } = await context.tenants.byId(context.caller.tenantId);
  const files = await readFiles(context, database, setIds, readable);
  const suggestions = setIds.map((id) => {
    const its = files.get(id) ?? [];
    if (!its.some(({ info }) => info)) return null;
    return suggestFilter(its, settings.hardwareAttributes, FILTER_LENGTH);
  });
  const keys = suggestions.flatMap((one) => one?.attributes ?? []);
  const reported = await reportedAmong(context, database, [...new Set(keys)]);
  return suggestions.map(
    (one) =>
      one && { ...one, reported: one.filter !== null && one.attributes.every((key) => reported.has(key)) },
  );
}

/** The updates of sets, and the files that live elsewhere, by set. */
async function readFiles(
  context: Context,
  database: Database | Transaction,
  setIds: readonly number[],
  readable: SQL | undefined,
): Promise<Map<number, UpdateFile[]>> {
  const { setId, moduleId, tenantId } = distributionSetModules;
  const page = database
    .select({ filename: artifacts.filename, info: artifactContents.info })
    .from(distributionSetModules)
    .innerJoin(artifacts, and(eq(artifacts.tenantId, tenantId), eq(artifacts.moduleId, moduleId)))
    .leftJoin(artifactContents, ofItsContent)
    .where(
      and(
        eq(tenantId, context.caller.tenantId),
        sql`${setId} = parent.id`,
        or(isNotNull(artifactContents.info), isNull(artifactContents.sha256)),
        readable,
        await rowInScope(context, modulesAs('READ_SOFTWARE_MODULE'), moduleId),
      ),
    )
    .orderBy(artifacts.moduleId, artifacts.id)
    .limit(MOST_FILES);
  const rows = await database.execute<{ set_id: string } & UpdateFile & Record<string, unknown>>(sql`
    SELECT parent.id AS set_id, file.filename, file.info
    FROM unnest(${arrayOf(setIds)}::bigint[]) AS parent(id) CROSS JOIN LATERAL ${page} AS file`);
  const found = new Map<number, UpdateFile[]>();
  for (const { set_id, filename, info } of rows)
    found.set(Number(set_id), [...(found.get(Number(set_id)) ?? []), { filename, info }]);
  return found;
}

async function reportedAmong(
  { caller: { tenantId } }: Context,
  database: Database | Transaction,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (!keys.length) return new Set();
  const rows = await database.execute<{ key: string }>(sql`
    SELECT asked.key FROM unnest(${arrayOf(keys)}::text[]) AS asked(key)
    WHERE EXISTS (SELECT 1 FROM ${targetAttributes} WHERE ${targetAttributes.tenantId} = ${tenantId}
      AND ${lowered(targetAttributes.key)} = ${lowered(sql`asked.key`)})`);
  return new Set(rows.map(({ key }) => key));
}

/** So many sets of one creation are filled, the first ones. */
const MOST_FILLED = 100;

/**
 * Gives sets without a filter of targets the one that their files say, if the tenant's devices report what it compares:
 * otherwise no device would match. What cannot be told changes nothing.
 */
export async function fillTargetFilters(
  tx: Transaction,
  context: Context,
  setIds: readonly number[],
): Promise<void> {
  const ids = setIds.slice(0, MOST_FILLED);
  if (!ids.length) return;
  const suggestions = await suggestFor(context, tx, ids);
  for (const [index, suggestion] of suggestions.entries()) {
    if (!suggestion?.reported) continue;
    await tx
      .update(distributionSets)
      .set({ targetFilter: suggestion.filter })
      .where(
        and(
          eq(distributionSets.tenantId, context.caller.tenantId),
          isAmong(distributionSets.id, [ids[index]!]),
          isNull(distributionSets.targetFilter),
        ),
      );
  }
}
