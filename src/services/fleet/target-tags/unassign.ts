import { sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { targetTagAssignments } from '../../../database/tables/target-data.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { writeAndTouch } from '../targets/touch.ts';
import { type ChangedTargets, lockChoice, TagChoice } from './choice.ts';

/**
 * Takes tags away from the named targets, or from all that match a filter; a target that has none of them stays as it
 * is. Needs UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @throws TARGET_TAG_NOT_FOUND, TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function unassignTargetTags(context: Context, input: TagChoice): Promise<ChangedTargets> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, ...choice } = parse(TagChoice, input);

  return change(
    context,
    async (tx, changes) => {
      const { tagIds, tagNames, selected, faults } = await lockChoice(tx, context, choice);
      const changed = await writeAndTouch(
        tx,
        context,
        selected,
        (ids) => sql`
          DELETE FROM ${targetTagAssignments}
          WHERE tenant_id = ${tenantId} AND target_id = ANY(${ids})
            AND tag_id = ANY(${arrayOf(tagIds)}::bigint[])
          RETURNING target_id`,
      );
      changes.targetsInScope(changed);
      changes.record({
        type: 'target.tags-unassigned',
        ...affected(choice, changed),
        changes: { tags: { old: tagNames } },
      });
      return { affectedCount: changed.length, faults };
    },
    { dryRun: dryRun ?? false },
  );
}
