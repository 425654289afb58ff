import { and, eq } from 'drizzle-orm';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { softwareModuleTypeDeleted } from '../../../errors.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { lockModuleType, moduleTypesAs } from './find.ts';
import { TypeUpdate } from './input.ts';
import { SOFTWARE_MODULE_TYPE_COLUMNS, type SoftwareModuleType } from './software-module-type.ts';

/**
 * Changes description or color. Needs UPDATE_SOFTWARE_MODULE_TYPE.
 * @throws SOFTWARE_MODULE_TYPE_NOT_FOUND, SOFTWARE_MODULE_TYPE_DELETED, INVALID_INPUT; FORBIDDEN where it would leave the scope of
 *   the permission
 */
export async function updateSoftwareModuleType(
  context: Context,
  input: TypeUpdate,
): Promise<SoftwareModuleType> {
  const { tenantId } = requirePermission(context, 'UPDATE_SOFTWARE_MODULE_TYPE');
  const { id, ...rest } = parse(TypeUpdate, input);
  const given = givenOf(rest);
  const itself = and(eq(softwareModuleTypes.tenantId, tenantId), eq(softwareModuleTypes.id, id));

  return change(context, async (tx, changes) => {
    const before = await lockModuleType(tx, context, 'UPDATE_SOFTWARE_MODULE_TYPE', id);
    if (before.deleted) throw softwareModuleTypeDeleted(String(id));
    if (!Object.keys(given).length) return before;
    const [type] = await tx
      .update(softwareModuleTypes)
      .set({ ...given, ...modificationStamp(context) })
      .where(itself)
      .returning(SOFTWARE_MODULE_TYPE_COLUMNS);
    await requireStillInScope(
      tx,
      context,
      moduleTypesAs('UPDATE_SOFTWARE_MODULE_TYPE'),
      eq(softwareModuleTypes.id, id),
    );
    const changed = differences(before, type!, ['description', 'color']);
    changes.record({ type: 'software-module-type.updated', subjects: [before.key], changes: changed });
    return type!;
  });
}
