import { and, eq } from 'drizzle-orm';
import { softwareModules } from '../../../database/tables/software.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { SoftwareModuleUpdate } from './input.ts';
import { lockModule, modulesAs, readModules, titleOf } from './module.ts';
import type { SoftwareModule } from './software-module.ts';

/**
 * Changes description or vendor, locks or unlocks. Needs UPDATE_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_DELETED, INVALID_INPUT; FORBIDDEN where it would leave the scope of the permission
 */
export async function updateSoftwareModule(
  context: Context,
  input: SoftwareModuleUpdate,
): Promise<SoftwareModule> {
  const { tenantId } = requirePermission(context, 'UPDATE_SOFTWARE_MODULE');
  const { id, ...rest } = parse(SoftwareModuleUpdate, input);
  const given = givenOf(rest);

  return change(context, async (tx, changes) => {
    const before = await lockModule(tx, context, { permission: 'UPDATE_SOFTWARE_MODULE', id });
    if (!Object.keys(given).length) return before;
    await tx
      .update(softwareModules)
      .set({ ...given, ...modificationStamp(context) })
      .where(and(eq(softwareModules.tenantId, tenantId), eq(softwareModules.id, id)));
    await requireStillInScope(tx, context, modulesAs('UPDATE_SOFTWARE_MODULE'), eq(softwareModules.id, id));
    const after = (await readModules(tx, tenantId, [id])).get(id)!;
    const changed = differences(before, after, ['description', 'vendor', 'locked']);
    changes.record({ type: 'software-module.updated', subjects: [titleOf(before)], changes: changed });
    return after;
  });
}
