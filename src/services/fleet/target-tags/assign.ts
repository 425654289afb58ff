import { sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { targetTagAssignments } from '../../../database/tables/target-data.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { requireTagQuota } from '../../platform/quotas.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { writeAndTouch } from '../targets/touch.ts';
import {
  type ChangedTargets,
  countChoice,
  lockChoice,
  type ReadChoice,
  TagChoice,
  type TaggedTargets,
} from './choice.ts';

/**
 * Gives tags to the named targets, or to all that match a filter; a target that has them all stays as it is. Needs
 * UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @throws TARGET_TAG_NOT_FOUND, TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function assignTargetTags(context: Context, input: TagChoice): Promise<ChangedTargets> {
  requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, ...choice } = parse(TagChoice, input);
  if (dryRun) return countTagged(context, choice);
  const { changed, faults } = await changeBy(context, (step) => assignTags(step, choice));
  return { affectedCount: changed.length, faults };
}

/** The work of `assignTargetTags`. */
export async function assignTags({ tx, context, changes }: Step, choice: ReadChoice): Promise<TaggedTargets> {
  const { tenantId } = context.caller;
  const { tagIds, tagNames, selected, faults } = await lockChoice(tx, context, choice);
  const changed = await writeAndTouch(
    tx,
    context,
    selected,
    (ids) => sql`
      INSERT INTO ${targetTagAssignments} (tenant_id, target_id, tag_id)
      SELECT ${tenantId}::bigint, target.id, tag.id
      FROM unnest(${ids}) AS target(id), unnest(${arrayOf(tagIds)}::bigint[]) AS tag(id)
      ON CONFLICT (tenant_id, target_id, tag_id) DO NOTHING
      RETURNING target_id`,
  );
  await requireTagQuota(
    tx,
    tenantId,
    'target',
    selected.map(({ id }) => id),
  );
  changes.targetsInScope(changed);
  changes.record({
    type: 'target.tags-assigned',
    ...affected(choice, changed),
    changes: { tags: { new: tagNames } },
  });
  return { changed, faults };
}

/** Those that have all the tags stay as they are. */
const countTagged = (context: Context, choice: ReadChoice): Promise<ChangedTargets> =>
  countChoice(context, choice, (tagIds) => ({
    // A set for each tag: counting the tags of each target takes ten times as long.
    same: sql.join(
      tagIds.map(
        (tagId) => sql`
          SELECT target_id FROM ${targetTagAssignments}
          WHERE tenant_id = ${context.caller.tenantId} AND tag_id = ${tagId}`,
      ),
      sql` INTERSECT `,
    ),
  }));
