import { and, eq, getTableColumns } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import {
  distributionSetTagAssignments,
  distributionSetTags,
} from '../../../database/tables/distribution-sets.ts';
import { distributionSetTagNotFound } from '../../../errors.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Authored } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { setsAs } from '../distribution-sets/set.ts';

/** A distribution set tag as callers get it. */
export interface DistributionSetTag extends Authored {
  id: number;
  name: string;
  description: string | null;
  color: string | null;
}

const { tenantId: _, ...columns } = getTableColumns(distributionSetTags);
export const DISTRIBUTION_SET_TAG_COLUMNS = columns;

/** The tag of that id. Needs READ_DISTRIBUTION_SET. @throws DISTRIBUTION_SET_TAG_NOT_FOUND */
export async function findDistributionSetTag(context: Context, id: number): Promise<DistributionSetTag> {
  const [tag] = await findDistributionSetTags(context, [id]);
  if (!tag) throw distributionSetTagNotFound(String(id));
  return tag;
}

/** For each id its tag, or undefined where there is none. Needs READ_DISTRIBUTION_SET. */
export async function findDistributionSetTags(
  context: Context,
  ids: readonly number[],
): Promise<(DistributionSetTag | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const rows = await context.database
    .select(DISTRIBUTION_SET_TAG_COLUMNS)
    .from(distributionSetTags)
    .where(and(eq(distributionSetTags.tenantId, tenantId), isAmong(distributionSetTags.id, ids)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** The tags of many sets, by set id, each in the order of the names. Needs READ_DISTRIBUTION_SET. */
export async function findTagsOfSets(
  context: Context,
  setIds: readonly number[],
): Promise<Map<number, DistributionSetTag[]>> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const { setId } = distributionSetTagAssignments;
  const rows = await context.database
    .select({ setId, tag: DISTRIBUTION_SET_TAG_COLUMNS })
    .from(distributionSetTagAssignments)
    .innerJoin(
      distributionSetTags,
      and(
        eq(distributionSetTags.tenantId, distributionSetTagAssignments.tenantId),
        eq(distributionSetTags.id, distributionSetTagAssignments.tagId),
      ),
    )
    .where(
      and(
        eq(distributionSetTagAssignments.tenantId, tenantId),
        isAmong(setId, setIds),
        await rowInScope(context, setsAs('READ_DISTRIBUTION_SET'), setId),
      ),
    )
    .orderBy(distributionSetTags.name);
  const found = new Map<number, DistributionSetTag[]>(setIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.setId)?.push(row.tag);
  return found;
}
