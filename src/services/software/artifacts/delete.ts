import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { artifacts } from '../../../database/tables/software.ts';
import { artifactNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { added } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockOpenModule, titleOf, touchModule } from '../software-modules/module.ts';
import { contentsOf, letGoOfContents, removeOrphans } from './orphans.ts';

/**
 * Deletes a file of a software module; its content is deleted with the last file that has it. Needs
 * DELETE_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_DELETED, LOCKED, ARTIFACT_NOT_FOUND
 */
export async function deleteArtifact(
  context: Context,
  { moduleId, id }: { moduleId: number; id: number },
): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_SOFTWARE_MODULE');

  const unneeded = await change(context, async (tx, changes) => {
    const module = await lockOpenModule(tx, context, 'DELETE_SOFTWARE_MODULE', moduleId);
    const [deleted] = await tx
      .delete(artifacts)
      .where(
        and(eq(artifacts.tenantId, tenantId), eq(artifacts.moduleId, moduleId), isAmong(artifacts.id, [id])),
      )
      .returning({ filename: artifacts.filename, sha256: artifacts.sha256 });
    if (!deleted) throw artifactNotFound(String(id));
    await touchModule(tx, context, 'DELETE_SOFTWARE_MODULE', moduleId);
    changes.record({
      type: 'artifact.deleted',
      subjects: [deleted.filename],
      changes: added({ module: titleOf(module) }),
    });
    return letGoOfContents(tx, tenantId, contentsOf([deleted]), context.clock());
  });
  await removeOrphans(context, tenantId, unneeded);
}
