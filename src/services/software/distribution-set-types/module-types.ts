import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import {
  distributionSetTypeModuleTypes,
  distributionSetTypes,
} from '../../../database/tables/distribution-sets.ts';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import {
  SOFTWARE_MODULE_TYPE_COLUMNS,
  type SoftwareModuleType,
} from '../software-module-types/software-module-type.ts';

/** A module type that sets of a type must have, or may have. */
export interface ModuleTypeOfSets {
  moduleType: SoftwareModuleType;
  mandatory: boolean;
}

/**
 * The module types of many set types, by set type id, each in the order of the ids: those in the scope of
 * READ_SOFTWARE_MODULE_TYPE, none without it. Needs READ_DISTRIBUTION_SET_TYPE.
 */
export async function findModuleTypesOfSetTypes(
  context: Context,
  setTypeIds: readonly number[],
): Promise<Map<number, ModuleTypeOfSets[]>> {
  const { tenantId, permissions } = requirePermission(context, 'READ_DISTRIBUTION_SET_TYPE');
  const found = new Map<number, ModuleTypeOfSets[]>(setTypeIds.map((id) => [id, []]));
  if (!permissions.has('READ_SOFTWARE_MODULE_TYPE')) return found;
  const rows = await context.database
    .select({
      setTypeId: distributionSetTypes.id,
      mandatory: distributionSetTypeModuleTypes.mandatory,
      moduleType: SOFTWARE_MODULE_TYPE_COLUMNS,
    })
    .from(distributionSetTypes)
    .innerJoin(
      distributionSetTypeModuleTypes,
      and(
        eq(distributionSetTypeModuleTypes.tenantId, distributionSetTypes.tenantId),
        eq(distributionSetTypeModuleTypes.setTypeId, distributionSetTypes.id),
      ),
    )
    .innerJoin(
      softwareModuleTypes,
      and(
        eq(softwareModuleTypes.tenantId, distributionSetTypeModuleTypes.tenantId),
        eq(softwareModuleTypes.id, distributionSetTypeModuleTypes.moduleTypeId),
      ),
    )
    .where(
      and(
        eq(distributionSetTypes.tenantId, tenantId),
        isAmong(distributionSetTypes.id, setTypeIds),
        await scopeCondition(context, 'READ_DISTRIBUTION_SET_TYPE'),
        await scopeCondition(context, 'READ_SOFTWARE_MODULE_TYPE'),
      ),
    )
    .orderBy(softwareModuleTypes.id);
  for (const { setTypeId, ...entry } of rows) found.get(setTypeId)?.push(entry);
  return found;
}
