import { sql } from 'drizzle-orm';
import {
  distributionSetModules,
  distributionSets,
  distributionSetTypeModuleTypes,
} from '../../../database/tables/distribution-sets.ts';
import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import { isCompleteModule, ofItsType } from '../software-modules/complete.ts';

/** The modules of the set in question, joined with their types. */
const itsModules = (tenantId: number) => sql`${distributionSetModules}
  JOIN ${softwareModules} ON ${softwareModules.tenantId} = ${distributionSetModules.tenantId}
    AND ${softwareModules.id} = ${distributionSetModules.moduleId}
  JOIN ${softwareModuleTypes} ON ${ofItsType}
  WHERE ${distributionSetModules.tenantId} = ${tenantId}
    AND ${distributionSetModules.setId} = ${distributionSets.id}`;

/** Whether a set of the tenant can be assigned as far as its modules go. */
export const isCompleteSet = (tenantId: number) => sql<boolean>`(
  EXISTS (SELECT 1 FROM ${itsModules(tenantId)})
  AND NOT EXISTS (SELECT 1 FROM ${itsModules(tenantId)} AND NOT ${isCompleteModule(tenantId)})
  AND NOT EXISTS (
    SELECT 1 FROM ${distributionSetTypeModuleTypes}
    WHERE ${distributionSetTypeModuleTypes.tenantId} = ${tenantId}
      AND ${distributionSetTypeModuleTypes.setTypeId} = ${distributionSets.typeId}
      AND ${distributionSetTypeModuleTypes.mandatory}
      AND NOT EXISTS (
        SELECT 1 FROM ${itsModules(tenantId)}
          AND ${softwareModules.typeId} = ${distributionSetTypeModuleTypes.moduleTypeId})))`;
