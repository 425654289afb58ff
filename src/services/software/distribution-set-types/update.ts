import { and, eq } from 'drizzle-orm';
import { distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { distributionSetTypeDeleted } from '../../../errors.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { TypeUpdate } from '../software-module-types/input.ts';
import { DISTRIBUTION_SET_TYPE_COLUMNS, type DistributionSetType } from './distribution-set-type.ts';
import { lockSetType, setTypesAs } from './find.ts';

/**
 * Changes description or color. Needs UPDATE_DISTRIBUTION_SET_TYPE.
 * @throws DISTRIBUTION_SET_TYPE_NOT_FOUND, DISTRIBUTION_SET_TYPE_DELETED, INVALID_INPUT; FORBIDDEN where it would leave the scope of
 *   the permission
 */
export async function updateDistributionSetType(
  context: Context,
  input: TypeUpdate,
): Promise<DistributionSetType> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET_TYPE');
  const { id, ...rest } = parse(TypeUpdate, input);
  const given = givenOf(rest);
  const itself = and(eq(distributionSetTypes.tenantId, tenantId), eq(distributionSetTypes.id, id));

  return change(context, async (tx, changes) => {
    const before = await lockSetType(tx, context, 'UPDATE_DISTRIBUTION_SET_TYPE', id);
    if (before.deleted) throw distributionSetTypeDeleted(String(id));
    if (!Object.keys(given).length) return before;
    const [type] = await tx
      .update(distributionSetTypes)
      .set({ ...given, ...modificationStamp(context) })
      .where(itself)
      .returning(DISTRIBUTION_SET_TYPE_COLUMNS);
    await requireStillInScope(
      tx,
      context,
      setTypesAs('UPDATE_DISTRIBUTION_SET_TYPE'),
      eq(distributionSetTypes.id, id),
    );
    const changed = differences(before, type!, ['description', 'color']);
    changes.record({ type: 'distribution-set-type.updated', subjects: [before.key], changes: changed });
    return type!;
  });
}
