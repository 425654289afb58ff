import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { softwareModuleMetadata } from '../../../database/tables/software.ts';
import { quotaExceeded } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { entriesOf, MOST_ENTRIES } from '../../fleet/target-metadata/input.ts';
import { valuesOf } from '../../fleet/target-metadata/write.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { lockModule, titleOf, touchModule } from '../software-modules/module.ts';
import type { SoftwareModule } from '../software-modules/software-module.ts';
import { ModuleMetadataEntry } from './input.ts';

const SetModuleMetadata = z.object({
  id: z.number(),
  entries: entriesOf(ModuleMetadataEntry),
});
export type SetModuleMetadata = z.input<typeof SetModuleMetadata>;

/**
 * Adds or overwrites entries of a module's metadata, all or none; other entries stay. Needs UPDATE_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function setModuleMetadata(context: Context, input: SetModuleMetadata): Promise<SoftwareModule> {
  const { tenantId } = requirePermission(context, 'UPDATE_SOFTWARE_MODULE');
  const { id, entries } = parse(SetModuleMetadata, input);

  return change(context, async (tx, changes) => {
    const module = await lockModule(tx, context, { permission: 'UPDATE_SOFTWARE_MODULE', id });
    await tx
      .insert(softwareModuleMetadata)
      .values(entries.map((entry) => ({ tenantId, moduleId: id, ...entry })))
      .onConflictDoUpdate({
        target: [
          softwareModuleMetadata.tenantId,
          softwareModuleMetadata.moduleId,
          softwareModuleMetadata.key,
        ],
        set: { value: sql`excluded.value`, targetVisible: sql`excluded.target_visible` },
      });
    const ofModule = and(
      eq(softwareModuleMetadata.tenantId, tenantId),
      eq(softwareModuleMetadata.moduleId, id),
    );
    if ((await tx.$count(softwareModuleMetadata, ofModule)) > MOST_ENTRIES)
      throw quotaExceeded('metadata entries of a software module', MOST_ENTRIES, ['entries']);
    const after = await touchModule(tx, context, 'UPDATE_SOFTWARE_MODULE', id);
    changes.record({
      type: 'software-module.metadata-set',
      subjects: [titleOf(module)],
      changes: valuesOf(entries),
    });
    return after;
  });
}
