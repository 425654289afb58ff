import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { preparedWith } from '../../../database/prepared.ts';
import { targetTagAssignments, targetTags } from '../../../database/tables/target-data.ts';
import { targetTagNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Authored } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { targetInScope } from '../targets/scope.ts';

/** A target tag as callers get it. */
export interface TargetTag extends Authored {
  id: number;
  name: string;
  description: string | null;
  color: string | null;
}

const { tenantId: _, ...columns } = getTableColumns(targetTags);
export const TARGET_TAG_COLUMNS = columns;

/** The target tag of that id. Needs READ_TARGET. @throws TARGET_TAG_NOT_FOUND */
export async function findTargetTag(context: Context, id: number): Promise<TargetTag> {
  const [tag] = await findTargetTags(context, [id]);
  if (!tag) throw targetTagNotFound(String(id));
  return tag;
}

/** For each id its target tag, or undefined where there is none. Needs READ_TARGET. */
export async function findTargetTags(
  context: Context,
  ids: readonly number[],
): Promise<(TargetTag | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await context.database
    .select(TARGET_TAG_COLUMNS)
    .from(targetTags)
    .where(and(eq(targetTags.tenantId, tenantId), isAmong(targetTags.id, ids)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** Each tag once, with those of the targets that have it: a page's targets have few tags among them. */
const tagsOfTargets = preparedWith((database, { chosen }: { chosen: SQL }) =>
  database
    .select({ tag: TARGET_TAG_COLUMNS, having: sql<number[]>`json_agg(${targetTagAssignments.targetId})` })
    .from(targetTagAssignments)
    .innerJoin(
      targetTags,
      and(
        eq(targetTags.tenantId, targetTagAssignments.tenantId),
        eq(targetTags.id, targetTagAssignments.tagId),
      ),
    )
    .where(chosen)
    .groupBy(targetTags.tenantId, targetTags.id)
    .orderBy(targetTags.name),
);

/** The tags of many targets, by target id, each in the order of the names. Needs READ_TARGET. */
export async function findTagsOfTargets(
  context: Context,
  targetIds: readonly number[],
): Promise<Map<number, TargetTag[]>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await tagsOfTargets(context.database, {
    chosen: and(
      eq(targetTagAssignments.tenantId, tenantId),
      isAmong(targetTagAssignments.targetId, targetIds),
      await targetInScope(context, 'READ_TARGET', targetTagAssignments.targetId),
    )!,
  });
  const found = new Map<number, TargetTag[]>(targetIds.map((id) => [id, []]));
  for (const { tag, having } of rows) for (const id of having) found.get(id)?.push(tag);
  return found;
}
