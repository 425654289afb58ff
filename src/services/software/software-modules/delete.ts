import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetModules, distributionSets } from '../../../database/tables/distribution-sets.ts';
import { artifacts, softwareModules } from '../../../database/tables/software.ts';
import { locked } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { removeOrHide } from '../../shared/removal.ts';
import { contentsOf, letGoOfContents, removeOrphans } from '../artifacts/orphans.ts';
import { lockAnyModule, titleOf } from './module.ts';

/**
 * Deletes a software module with its artifacts and metadata. A module that a distribution set has is only marked as
 * deleted, but its artifacts are deleted. Deleting it again is no error. Needs DELETE_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, LOCKED where a locked set has it
 */
export async function deleteSoftwareModule(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_SOFTWARE_MODULE');
  const itself = and(eq(softwareModules.tenantId, tenantId), eq(softwareModules.id, id));

  const unneeded = await change(context, async (tx, changes) => {
    const module = await lockAnyModule(tx, context, { permission: 'DELETE_SOFTWARE_MODULE', id });
    if (module.deleted) return [];
    await refuseInLockedSet(tx, tenantId, id);
    const files = await tx
      .delete(artifacts)
      .where(and(eq(artifacts.tenantId, tenantId), eq(artifacts.moduleId, id)))
      .returning({ sha256: artifacts.sha256 });
    await removeOrHide(
      tx,
      (inner) => inner.delete(softwareModules).where(itself),
      () =>
        tx
          .update(softwareModules)
          .set({ deleted: true, ...modificationStamp(context) })
          .where(itself),
    );
    changes.record({ type: 'software-module.deleted', subjects: [titleOf(module)] });
    return letGoOfContents(tx, tenantId, contentsOf(files), context.clock());
  });
  await removeOrphans(context, tenantId, unneeded);
}

async function refuseInLockedSet(tx: Transaction, tenantId: number, id: number): Promise<void> {
  const [set] = await tx
    .select({ id: distributionSets.id })
    .from(distributionSetModules)
    .innerJoin(
      distributionSets,
      and(
        eq(distributionSets.tenantId, distributionSetModules.tenantId),
        eq(distributionSets.id, distributionSetModules.setId),
      ),
    )
    .where(
      and(
        eq(distributionSetModules.tenantId, tenantId),
        eq(distributionSetModules.moduleId, id),
        eq(distributionSets.locked, true),
        eq(distributionSets.deleted, false),
      ),
    )
    .limit(1);
  if (set) throw locked(`The distribution set ${set.id}, which has the software module ${id},`);
}
