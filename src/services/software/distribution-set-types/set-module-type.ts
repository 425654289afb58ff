import { and, count, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import {
  distributionSets,
  distributionSetTypeModuleTypes,
  distributionSetTypes,
} from '../../../database/tables/distribution-sets.ts';
import {
  distributionSetTypeDeleted,
  quotaExceeded,
  readOnly,
  softwareModuleTypeNotFound,
} from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { moduleTypesById } from '../software-module-types/find.ts';
import { DISTRIBUTION_SET_TYPE_COLUMNS, type DistributionSetType } from './distribution-set-type.ts';
import { faultOfElements } from './elements.ts';
import { lockSetType } from './find.ts';
import { MOST_MODULE_TYPES } from './input.ts';

const SetModuleType = z.object({
  id: z.number(),
  moduleTypeId: z.number(),
  /** Mandatory, optional, or not taken at all. */
  role: z.enum(['MANDATORY', 'OPTIONAL', 'NONE']),
});
export type SetModuleType = z.input<typeof SetModuleType>;

/**
 * Says whether sets of a type must have, may have or may not have modules of a type. Needs
 * UPDATE_DISTRIBUTION_SET_TYPE.
 * @throws DISTRIBUTION_SET_TYPE_NOT_FOUND, DISTRIBUTION_SET_TYPE_DELETED, SOFTWARE_MODULE_TYPE_NOT_FOUND, READ_ONLY where
 *   sets of the type exist, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function setModuleTypeOfSets(
  context: Context,
  input: SetModuleType,
): Promise<DistributionSetType> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET_TYPE');
  const { id, moduleTypeId, role } = parse(SetModuleType, input);

  return change(context, async (tx, changes) => {
    await lockUnused(tx, context, id);
    const known = await moduleTypesById(tx, tenantId, [moduleTypeId]);
    if (!known.has(moduleTypeId)) throw softwareModuleTypeNotFound(String(moduleTypeId), ['moduleTypeId']);
    if (role === 'NONE') {
      await tx
        .delete(distributionSetTypeModuleTypes)
        .where(and(ofSetType(tenantId, id), eq(distributionSetTypeModuleTypes.moduleTypeId, moduleTypeId)));
    } else {
      const mandatory = role === 'MANDATORY';
      const fault = faultOfElements([{ id: moduleTypeId, mandatory, path: ['moduleTypeId'] }], known);
      if (fault) throw fault;
      await addElement(tx, { tenantId, setTypeId: id, moduleTypeId, mandatory });
    }
    const [type] = await tx
      .update(distributionSetTypes)
      .set(modificationStamp(context))
      .where(and(eq(distributionSetTypes.tenantId, tenantId), eq(distributionSetTypes.id, id)))
      .returning(DISTRIBUTION_SET_TYPE_COLUMNS);
    const done = { moduleType: { new: known.get(moduleTypeId)!.key }, role: { new: role } };
    changes.record({ type: 'distribution-set-type.updated', subjects: [type!.key], changes: done });
    return type!;
  });
}

const ofSetType = (tenantId: number, id: number) =>
  and(
    eq(distributionSetTypeModuleTypes.tenantId, tenantId),
    eq(distributionSetTypeModuleTypes.setTypeId, id),
  );

/** Locked, so that nobody creates a set of the type until the transaction ends. */
async function lockUnused(tx: Transaction, context: Context, id: number): Promise<void> {
  const type = await lockSetType(tx, context, 'UPDATE_DISTRIBUTION_SET_TYPE', id);
  if (type.deleted) throw distributionSetTypeDeleted(String(id));
  const { tenantId } = context.caller;
  const [set] = await tx
    .select({ id: distributionSets.id })
    .from(distributionSets)
    .where(and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.typeId, id)))
    .limit(1);
  if (set) throw readOnly(`Distribution sets of type ${id} exist: its module types are fixed.`);
}

async function addElement(
  tx: Transaction,
  element: typeof distributionSetTypeModuleTypes.$inferInsert,
): Promise<void> {
  const { tenantId, setTypeId, mandatory } = element;
  const { tenantId: tenant, setTypeId: setType, moduleTypeId: moduleType } = distributionSetTypeModuleTypes;
  await tx
    .insert(distributionSetTypeModuleTypes)
    .values(element)
    .onConflictDoUpdate({ target: [tenant, setType, moduleType], set: { mandatory } });
  const [row] = await tx
    .select({ total: count() })
    .from(distributionSetTypeModuleTypes)
    .where(ofSetType(tenantId, setTypeId));
  if (row!.total > MOST_MODULE_TYPES)
    throw quotaExceeded('software module types of a distribution set type', MOST_MODULE_TYPES, [
      'moduleTypeId',
    ]);
}
