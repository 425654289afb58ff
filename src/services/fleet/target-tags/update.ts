import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTagNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { renamed, requireNoScopeOn } from '../../access/scoped-fields.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { TARGET_TAG_COLUMNS, type TargetTag } from './find.ts';
import { TargetTagUpdate } from './input.ts';
import { requireTaggedTargetsInScope } from './scope.ts';

/**
 * Changes what is given; null clears. Needs UPDATE_TARGET.
 * @throws TARGET_TAG_NOT_FOUND, TARGET_TAG_ALREADY_EXISTS, INVALID_INPUT; FORBIDDEN for another name where UPDATE_TARGET
 *   doesn't cover all targets that have the tag, before or after, or a scope of the caller goes by the name
 */
export async function updateTargetTag(context: Context, input: TargetTagUpdate): Promise<TargetTag> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { id, ...rest } = parse(TargetTagUpdate, input);
  const given = givenOf(rest);
  const itself = and(eq(targetTags.tenantId, tenantId), isAmong(targetTags.id, [id]));

  return change(context, async (tx, changes) => {
    const renames = given.name !== undefined;
    if (renames) await requireTaggedTargetsInScope(tx, context, 'UPDATE_TARGET', id);
    const [before] = await tx.select(TARGET_TAG_COLUMNS).from(targetTags).where(itself).for('no key update');
    if (!before) throw targetTagNotFound(String(id));
    if (!Object.keys(given).length) return before;
    if (renamed(before, given, ['name']).length) requireNoScopeOn(context, 'targetTag', ['name']);
    const [tag] = await tx
      .update(targetTags)
      .set({ ...given, ...modificationStamp(context) })
      .where(itself)
      .returning(TARGET_TAG_COLUMNS);
    if (renames) await requireTaggedTargetsInScope(tx, context, 'UPDATE_TARGET', id);
    // A polling override may name the tag, and so rule other devices now.
    if (renames) changes.everything();
    const changed = differences(before, tag!, ['name', 'description', 'color']);
    changes.record({ type: 'target-tag.updated', subjects: [before.name], changes: changed });
    return tag!;
  });
}
