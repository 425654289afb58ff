import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import {
  distributionSets,
  distributionSetTagAssignments,
  distributionSetTags,
} from '../../../database/tables/distribution-sets.ts';
import {
  distributionSetDeleted,
  distributionSetNotFound,
  distributionSetTagNotFound,
} from '../../../errors.ts';
import { requireStillInScope, rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { ChangeRecord } from '../../platform/audit/record.ts';
import { requireTagQuota } from '../../platform/quotas.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { setsAs } from '../distribution-sets/set.ts';
import { titleOf } from '../software-modules/module.ts';

const UPDATING = setsAs('UPDATE_DISTRIBUTION_SET');

const TaggedSets = z.object({
  tagId: z.number(),
  setIds: listOf(z.number()).min(1, 'must have at least one set'),
});
export type TaggedSets = z.input<typeof TaggedSets>;

/**
 * Gives a tag to sets, all or none; a set that has it already is left as it is. Needs UPDATE_DISTRIBUTION_SET.
 * @returns how many sets got it
 * @throws DISTRIBUTION_SET_TAG_NOT_FOUND, DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, INVALID_INPUT
 */
export async function assignDistributionSetTag(context: Context, input: TaggedSets): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { tagId, setIds } = parse(TaggedSets, input);

  return change(context, async (tx, changes) => {
    const titles = await lockTagAndSets(tx, context, tagId, setIds);
    const written = await tx.execute<{ set_id: string }>(sql`
      INSERT INTO ${distributionSetTagAssignments} (tenant_id, set_id, tag_id)
      SELECT ${tenantId}::bigint, id, ${tagId}::bigint FROM unnest(${arrayOf(setIds)}::bigint[]) AS chosen(id)
      ON CONFLICT DO NOTHING
      RETURNING set_id`);
    const ids = written.map((row) => Number(row.set_id));
    await requireTagQuota(tx, tenantId, 'set', ids);
    await requireStillInScope(tx, context, UPDATING, isAmong(distributionSets.id, setIds));
    changes.record(recordOf('distribution-set.tags-assigned', titles, ids));
    return ids.length;
  });
}

/**
 * Takes a tag from sets, all or none; a set without it is left as it is. Needs UPDATE_DISTRIBUTION_SET.
 * @returns how many sets had it
 * @throws DISTRIBUTION_SET_TAG_NOT_FOUND, DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, INVALID_INPUT
 */
export async function unassignDistributionSetTag(context: Context, input: TaggedSets): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { tagId, setIds } = parse(TaggedSets, input);

  return change(context, async (tx, changes) => {
    const titles = await lockTagAndSets(tx, context, tagId, setIds);
    const { tenantId: tenant, tagId: tag, setId } = distributionSetTagAssignments;
    const removed = await tx
      .delete(distributionSetTagAssignments)
      .where(and(eq(tenant, tenantId), eq(tag, tagId), isAmong(setId, setIds)))
      .returning({ id: setId });
    const ids = removed.map(({ id }) => id);
    await requireStillInScope(tx, context, UPDATING, isAmong(distributionSets.id, setIds));
    changes.record(recordOf('distribution-set.tags-unassigned', titles, ids));
    return ids.length;
  });
}

/** Locks them, so that none is deleted before the transaction ends. @returns the names of the sets, by id */
async function lockTagAndSets(
  tx: Transaction,
  context: Context,
  tagId: number,
  setIds: readonly number[],
): Promise<Map<number, string>> {
  const { tenantId } = context.caller;
  const [tag] = await tx
    .select({ id: distributionSetTags.id })
    .from(distributionSetTags)
    .where(and(eq(distributionSetTags.tenantId, tenantId), isAmong(distributionSetTags.id, [tagId])))
    .for('key share');
  if (!tag) throw distributionSetTagNotFound(String(tagId), ['tagId']);
  const { id, name, version, deleted } = distributionSets;
  const rows = await tx
    .select({ id, name, version, deleted })
    .from(distributionSets)
    .where(
      and(
        eq(distributionSets.tenantId, tenantId),
        isAmong(id, setIds),
        await rowInScope(context, UPDATING, id),
      ),
    )
    .orderBy(id)
    .for('key share');
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const [index, setId] of setIds.entries()) {
    const path = ['setIds', String(index)];
    const set = found.get(setId);
    if (!set) throw distributionSetNotFound(String(setId), path);
    if (set.deleted) throw distributionSetDeleted(String(setId), path);
  }
  return new Map(rows.map((row) => [row.id, titleOf(row)]));
}

const recordOf = (
  type: ChangeRecord['type'],
  titles: ReadonlyMap<number, string>,
  ids: readonly number[],
): ChangeRecord => ({ type, subjects: ids.map((id) => titles.get(id)!) });
