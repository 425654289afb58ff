import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetModules, distributionSets } from '../../../database/tables/distribution-sets.ts';
import { softwareModules } from '../../../database/tables/software.ts';
import { distributionSetIncomplete } from '../../../errors.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { lockModules } from '../software-modules/module.ts';
import type { DistributionSet } from './distribution-set.ts';
import { lockValidSet, readSets, type SetToLock } from './set.ts';

/**
 * The set, to be assigned: it stays as it is until the transaction ends. Where it is frozen already, assignments of it
 * don't wait for one another. The caller must have READ_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID, DISTRIBUTION_SET_INCOMPLETE
 */
export async function requireAssignableSet(
  tx: Transaction,
  context: Context,
  id: number,
): Promise<DistributionSet> {
  const isFrozen = (await readSets(tx, context.caller.tenantId, [id])).get(id)?.locked;
  return assignableSet(tx, context, { id, strength: isFrozen ? 'share' : 'no key update' });
}

/** The same without a lock, to say what an assignment would do. @throws what `requireAssignableSet` throws */
export const findAssignableSet = (context: Context, id: number): Promise<DistributionSet> =>
  context.database.transaction((tx) => assignableSet(tx, context, { id, strength: 'none' }));

async function assignableSet(
  tx: Transaction,
  context: Context,
  wanted: Pick<SetToLock, 'id' | 'strength'>,
): Promise<DistributionSet> {
  const path = ['distributionSetId'];
  const set = await lockValidSet(tx, context, { permission: 'READ_DISTRIBUTION_SET', ...wanted, path });
  if (!set.complete) throw distributionSetIncomplete(String(wanted.id), path);
  return set;
}

/** Locks sets and their modules, so that what devices get under this name and version never changes. */
export async function freezeSets(tx: Transaction, context: Context, ids: readonly number[]): Promise<void> {
  if (!ids.length) return;
  const { tenantId } = context.caller;
  await tx
    .update(distributionSets)
    .set({ locked: true, ...modificationStamp(context) })
    .where(
      and(
        eq(distributionSets.tenantId, tenantId),
        isAmong(distributionSets.id, ids),
        eq(distributionSets.locked, false),
      ),
    );
  const rows = await tx
    .selectDistinct({ id: distributionSetModules.moduleId })
    .from(distributionSetModules)
    .where(and(eq(distributionSetModules.tenantId, tenantId), isAmong(distributionSetModules.setId, ids)));
  const modules = await lockModules(
    tx,
    tenantId,
    rows.map((row) => row.id),
  );
  const open = modules.filter((module) => !module.locked).map((module) => module.id);
  if (open.length)
    await tx
      .update(softwareModules)
      .set({ locked: true, ...modificationStamp(context) })
      .where(and(eq(softwareModules.tenantId, tenantId), isAmong(softwareModules.id, open)));
}
