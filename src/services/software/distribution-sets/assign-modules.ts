import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetModules } from '../../../database/tables/distribution-sets.ts';
import { locked, softwareModuleNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { FieldChanges } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { titleOf } from '../software-modules/module.ts';
import type { DistributionSet } from './distribution-set.ts';
import { faultOfModule, readSupply, refuseTooMany, withModules } from './modules.ts';
import { lockValidSet, touchSet } from './set.ts';
import { fillTargetFilters } from './target-filter.ts';

const ModulesOfSet = z.object({
  id: z.number(),
  moduleIds: listOf(z.number()).min(1, 'must have at least one module'),
  /** Gives a set without a filter of targets the one that its files say, if it can be told. */
  fillTargetFilter: z.boolean().nullish(),
});
export type ModulesOfSet = z.input<typeof ModulesOfSet>;

/**
 * Puts modules into a set. Where its type allows no more modules of a type, the oldest one is removed. Needs
 * UPDATE_DISTRIBUTION_SET.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_UNSUPPORTED, QUOTA_EXCEEDED, INVALID_INPUT, and what
 *   `removeModules` throws of the set
 */
export async function assignModules(context: Context, input: ModulesOfSet): Promise<DistributionSet> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, moduleIds, fillTargetFilter } = parse(ModulesOfSet, input);

  return change(context, async (tx, changes) => {
    const { type, targetFilter } = await lockOpenSet(tx, context, id);
    const present = await modulesOf(tx, tenantId, id);
    const supply = await readSupply(tx, context, [type.id], [...present, ...moduleIds]);
    for (const [index, moduleId] of moduleIds.entries()) {
      const fault = faultOfModule(supply, type, moduleId, ['moduleIds', String(index)]);
      if (fault) throw fault;
    }
    const supplied = (ids: readonly number[]) => ids.map((moduleId) => supply.modules.get(moduleId)!);
    const after = withModules(supplied(present), supplied(moduleIds));
    refuseTooMany(after, ['moduleIds']);
    const wanted = after.map((module) => module.id);
    const replaced = await replaceModules(tx, tenantId, id, { present, wanted });
    if (fillTargetFilter) await fillTargetFilters(tx, context, [id]);
    const set = await touchSet(tx, context, id);
    const filled = set.targetFilter !== targetFilter && {
      targetFilter: { old: targetFilter, new: set.targetFilter },
    };
    changes.record({
      type: 'distribution-set.updated',
      subjects: [titleOf(set)],
      changes: { ...replaced, ...filled },
    });
    return set;
  });
}

/**
 * Takes modules out of a set. Modules that are not in it are ignored. Needs UPDATE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID, LOCKED,
 *   SOFTWARE_MODULE_NOT_FOUND, INVALID_INPUT
 */
export async function removeModules(context: Context, input: ModulesOfSet): Promise<DistributionSet> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, moduleIds } = parse(ModulesOfSet, input);

  return change(context, async (tx, changes) => {
    const { type } = await lockOpenSet(tx, context, id);
    const { modules } = await readSupply(tx, context, [type.id], moduleIds);
    for (const [index, moduleId] of moduleIds.entries())
      if (!modules.has(moduleId))
        throw softwareModuleNotFound(String(moduleId), ['moduleIds', String(index)]);
    const present = await modulesOf(tx, tenantId, id);
    const wanted = present.filter((moduleId) => !moduleIds.includes(moduleId));
    const replaced = await replaceModules(tx, tenantId, id, { present, wanted });
    const set = await touchSet(tx, context, id);
    changes.record({ type: 'distribution-set.updated', subjects: [titleOf(set)], changes: replaced });
    return set;
  });
}

async function lockOpenSet(tx: Transaction, context: Context, id: number): Promise<DistributionSet> {
  const set = await lockValidSet(tx, context, { permission: 'UPDATE_DISTRIBUTION_SET', id });
  if (set.locked) throw locked(`The distribution set ${id}`);
  return set;
}

async function modulesOf(tx: Transaction, tenantId: number, setId: number): Promise<number[]> {
  const rows = await tx
    .select({ id: distributionSetModules.moduleId })
    .from(distributionSetModules)
    .where(and(eq(distributionSetModules.tenantId, tenantId), eq(distributionSetModules.setId, setId)))
    .orderBy(distributionSetModules.moduleId);
  return rows.map(({ id }) => id);
}

async function replaceModules(
  tx: Transaction,
  tenantId: number,
  setId: number,
  { present, wanted }: { present: readonly number[]; wanted: readonly number[] },
): Promise<FieldChanges> {
  const gone = present.filter((id) => !wanted.includes(id));
  if (gone.length)
    await tx
      .delete(distributionSetModules)
      .where(
        and(
          eq(distributionSetModules.tenantId, tenantId),
          eq(distributionSetModules.setId, setId),
          isAmong(distributionSetModules.moduleId, gone),
        ),
      );
  const added = wanted.filter((id) => !present.includes(id));
  if (added.length)
    await tx.insert(distributionSetModules).values(added.map((moduleId) => ({ tenantId, setId, moduleId })));
  return { moduleIds: { old: present, new: wanted } };
}
