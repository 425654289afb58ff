import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { softwareModuleMetadata } from '../../../database/tables/software.ts';
import { softwareModuleMetadataNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { isStorableText } from '../../shared/text.ts';
import { lockModule, titleOf, touchModule } from '../software-modules/module.ts';
import type { SoftwareModule } from '../software-modules/software-module.ts';

const DeleteModuleMetadata = z.object({
  id: z.number(),
  keys: listOf(z.string()).min(1, 'must have at least one key'),
});
export type DeleteModuleMetadata = z.input<typeof DeleteModuleMetadata>;

/**
 * Deletes entries of a module's metadata, all or none. Needs UPDATE_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_METADATA_NOT_FOUND, INVALID_INPUT
 */
export async function deleteModuleMetadata(
  context: Context,
  input: DeleteModuleMetadata,
): Promise<SoftwareModule> {
  const { tenantId } = requirePermission(context, 'UPDATE_SOFTWARE_MODULE');
  const { id, keys } = parse(DeleteModuleMetadata, input);

  return change(context, async (tx, changes) => {
    const module = await lockModule(tx, context, { permission: 'UPDATE_SOFTWARE_MODULE', id });
    const deleted = await tx
      .delete(softwareModuleMetadata)
      .where(
        and(
          eq(softwareModuleMetadata.tenantId, tenantId),
          eq(softwareModuleMetadata.moduleId, id),
          inArray(softwareModuleMetadata.key, keys.filter(isStorableText)),
        ),
      )
      .returning({ key: softwareModuleMetadata.key, value: softwareModuleMetadata.value });
    const found = new Map(deleted.map(({ key, value }) => [key, value]));
    const missing = keys.find((key) => !found.has(key));
    if (missing !== undefined) throw softwareModuleMetadataNotFound(missing);
    const after = await touchModule(tx, context, 'UPDATE_SOFTWARE_MODULE', id);
    changes.record({
      type: 'software-module.metadata-deleted',
      subjects: [titleOf(module)],
      changes: { metadata: { old: Object.fromEntries(found) } },
    });
    return after;
  });
}
