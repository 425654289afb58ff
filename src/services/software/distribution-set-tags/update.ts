import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { distributionSetTags } from '../../../database/tables/distribution-sets.ts';
import { distributionSetTagNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { renamed, requireNoScopeOn } from '../../access/scoped-fields.ts';
import { TargetTagUpdate } from '../../fleet/target-tags/input.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { DISTRIBUTION_SET_TAG_COLUMNS, type DistributionSetTag } from './find.ts';
import { requireTaggedSetsInScope } from './scope.ts';

/**
 * Changes what is given; null clears. Needs UPDATE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_TAG_NOT_FOUND, DISTRIBUTION_SET_TAG_ALREADY_EXISTS, INVALID_INPUT; FORBIDDEN for another
 *   name where a set that has the tag is out of the scope of UPDATE_DISTRIBUTION_SET, before or after, or a scope of
 *   the caller filters by the name
 */
export async function updateDistributionSetTag(
  context: Context,
  input: TargetTagUpdate,
): Promise<DistributionSetTag> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, ...rest } = parse(TargetTagUpdate, input);
  const given = givenOf(rest);
  const itself = and(eq(distributionSetTags.tenantId, tenantId), isAmong(distributionSetTags.id, [id]));

  return change(context, async (tx, changes) => {
    const renames = given.name !== undefined;
    if (renames) await requireTaggedSetsInScope(tx, context, 'UPDATE_DISTRIBUTION_SET', id);
    const [before] = await tx
      .select(DISTRIBUTION_SET_TAG_COLUMNS)
      .from(distributionSetTags)
      .where(itself)
      .for('no key update');
    if (!before) throw distributionSetTagNotFound(String(id));
    if (!Object.keys(given).length) return before;
    if (renamed(before, given, ['name']).length) requireNoScopeOn(context, 'distributionSetTag', ['name']);
    const [tag] = await tx
      .update(distributionSetTags)
      .set({ ...given, ...modificationStamp(context) })
      .where(itself)
      .returning(DISTRIBUTION_SET_TAG_COLUMNS);
    if (renames) await requireTaggedSetsInScope(tx, context, 'UPDATE_DISTRIBUTION_SET', id);
    const changed = differences(before, tag!, ['name', 'description', 'color']);
    changes.record({ type: 'distribution-set-tag.updated', subjects: [before.name], changes: changed });
    return tag!;
  });
}
