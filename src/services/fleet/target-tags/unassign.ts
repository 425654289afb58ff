import { sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { targetTagAssignments } from '../../../database/tables/target-data.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
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
 * Takes tags away from the named targets, or from all that match a filter; a target that has none of them stays as it
 * is. Needs UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @throws TARGET_TAG_NOT_FOUND, TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function unassignTargetTags(context: Context, input: TagChoice): Promise<ChangedTargets> {
  requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, ...choice } = parse(TagChoice, input);
  if (dryRun) return countTagged(context, choice);
  const { changed, faults } = await changeBy(context, (step) => unassignTags(step, choice));
  return { affectedCount: changed.length, faults };
}

/** The work of `unassignTargetTags`. */
export async function unassignTags(
  { tx, context, changes }: Step,
  choice: ReadChoice,
): Promise<TaggedTargets> {
  const { tagIds, tagNames, selected, faults } = await lockChoice(tx, context, choice);
  const changed = await writeAndTouch(
    tx,
    context,
    selected,
    (ids) => sql`
      DELETE FROM ${targetTagAssignments}
      WHERE tenant_id = ${context.caller.tenantId} AND target_id = ANY(${ids})
        AND tag_id = ANY(${arrayOf(tagIds)}::bigint[])
      RETURNING target_id`,
  );
  changes.targetsInScope(changed);
  changes.record({
    type: 'target.tags-unassigned',
    ...affected(choice, changed),
    changes: { tags: { old: tagNames } },
  });
  return { changed, faults };
}

/** Those that have none of the tags stay as they are. */
const countTagged = (context: Context, choice: ReadChoice): Promise<ChangedTargets> =>
  countChoice(context, choice, (tagIds) => ({
    different: sql`${targets.id} IN (
      SELECT target_id FROM ${targetTagAssignments}
      WHERE tenant_id = ${context.caller.tenantId} AND tag_id = ANY(${arrayOf(tagIds)}::bigint[]))`,
  }));
