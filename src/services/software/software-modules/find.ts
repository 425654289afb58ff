import { softwareModuleNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { readModules } from './module.ts';
import type { SoftwareModule } from './software-module.ts';

/** The module of that id, a deleted one too. Needs READ_SOFTWARE_MODULE. @throws SOFTWARE_MODULE_NOT_FOUND */
export async function findSoftwareModule(context: Context, id: number): Promise<SoftwareModule> {
  const [module] = await findSoftwareModules(context, [id]);
  if (!module) throw softwareModuleNotFound(String(id));
  return module;
}

/** For each id its module, or undefined where there is none. Needs READ_SOFTWARE_MODULE. */
export async function findSoftwareModules(
  context: Context,
  ids: readonly number[],
): Promise<(SoftwareModule | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  const byId = await readModules(
    context.database,
    tenantId,
    ids,
    await scopeCondition(context, 'READ_SOFTWARE_MODULE'),
  );
  return ids.map((id) => byId.get(id));
}
