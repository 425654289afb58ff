import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { softwareModuleMetadata } from '../../../database/tables/software.ts';
import { softwareModuleMetadataNotFound } from '../../../errors.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { findSoftwareModule } from '../software-modules/find.ts';
import { modulesAs } from '../software-modules/module.ts';
import type { ModuleMetadataEntry } from './input.ts';

export type { ModuleMetadataEntry } from './input.ts';

/** The metadata of many modules, by module id, each in the order of the keys. Needs READ_SOFTWARE_MODULE. */
export async function findMetadataOfModules(
  context: Context,
  moduleIds: readonly number[],
): Promise<Map<number, ModuleMetadataEntry[]>> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  const { moduleId, key, value, targetVisible } = softwareModuleMetadata;
  const rows = await context.database
    .select({ moduleId, key, value, targetVisible })
    .from(softwareModuleMetadata)
    .where(
      and(
        eq(softwareModuleMetadata.tenantId, tenantId),
        isAmong(moduleId, moduleIds),
        await rowInScope(context, modulesAs('READ_SOFTWARE_MODULE'), moduleId),
      ),
    )
    .orderBy(moduleId, key);
  const found = new Map<number, ModuleMetadataEntry[]>(moduleIds.map((id) => [id, []]));
  for (const { moduleId: id, ...entry } of rows) found.get(id)?.push(entry);
  return found;
}

/** All metadata of one module. Needs READ_SOFTWARE_MODULE. @throws SOFTWARE_MODULE_NOT_FOUND */
export async function listModuleMetadata(context: Context, moduleId: number): Promise<ModuleMetadataEntry[]> {
  const { id } = await findSoftwareModule(context, moduleId);
  return (await findMetadataOfModules(context, [id])).get(id) ?? [];
}

/**
 * One entry of a module. Needs READ_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_METADATA_NOT_FOUND
 */
export async function findModuleMetadata(
  context: Context,
  moduleId: number,
  key: string,
): Promise<ModuleMetadataEntry> {
  const entry = (await listModuleMetadata(context, moduleId)).find((one) => one.key === key);
  if (!entry) throw softwareModuleMetadataNotFound(key);
  return entry;
}
