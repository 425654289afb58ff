import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetTypeNotFound } from '../../../errors.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { renamed, requireNoScopeOn } from '../../access/scoped-fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { targetTypesAs } from './find.ts';
import { TargetTypeUpdate } from './input.ts';
import { TARGET_TYPE_COLUMNS, type TargetType } from './target-type.ts';

/**
 * Changes what is given; null clears. The key can't change. Needs UPDATE_TARGET_TYPE.
 * @throws TARGET_TYPE_NOT_FOUND, TARGET_TYPE_ALREADY_EXISTS, INVALID_INPUT; FORBIDDEN where it would leave the scope of
 *   UPDATE_TARGET_TYPE, or a scope of the caller goes by the name
 */
export async function updateTargetType(context: Context, input: TargetTypeUpdate): Promise<TargetType> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET_TYPE');
  const { id, ...rest } = parse(TargetTypeUpdate, input);
  const given = givenOf(rest);
  const itself = and(eq(targetTypes.tenantId, tenantId), isAmong(targetTypes.id, [id]));

  return change(context, async (tx, changes) => {
    const [before] = await tx
      .select(TARGET_TYPE_COLUMNS)
      .from(targetTypes)
      .where(and(itself, await scopeCondition(context, 'UPDATE_TARGET_TYPE')))
      .for('no key update');
    if (!before) throw targetTypeNotFound(String(id));
    if (!Object.keys(given).length) return before;
    if (renamed(before, given, ['name']).length) requireNoScopeOn(context, 'targetType', ['name']);
    const [targetType] = await tx
      .update(targetTypes)
      .set({ ...given, ...modificationStamp(context) })
      .where(itself)
      .returning(TARGET_TYPE_COLUMNS);
    await requireStillInScope(
      tx,
      context,
      targetTypesAs('UPDATE_TARGET_TYPE'),
      isAmong(targetTypes.id, [id]),
    );
    // A polling override may name the type, and so rule other devices now.
    changes.everything();
    const changed = differences(before, targetType!, ['name', 'description', 'color']);
    changes.record({ type: 'target-type.updated', subjects: [before.key], changes: changed });
    return targetType!;
  });
}
