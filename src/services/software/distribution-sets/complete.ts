import { sql } from 'drizzle-orm';
import {
  distributionSetModules,
  distributionSets,
  distributionSetTypeModuleTypes,
} from '../../../database/tables/distribution-sets.ts';
import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import { isCompleteModule, ofItsType } from '../software-modules/complete.ts';

/** The modules of the set in question, joined with their types. */
const itsModules = sql`${distributionSetModules}
  JOIN ${softwareModules} ON ${softwareModules.tenantId} = ${distributionSetModules.tenantId}
    AND ${softwareModules.id} = ${distributionSetModules.moduleId}
  JOIN ${softwareModuleTypes} ON ${ofItsType}
  WHERE ${distributionSetModules.tenantId} = ${distributionSets.tenantId}
    AND ${distributionSetModules.setId} = ${distributionSets.id}`;

/** Whether a set can be assigned as far as its modules go. */
export const isCompleteSet = sql<boolean>`(
  EXISTS (SELECT 1 FROM ${itsModules})
  AND NOT EXISTS (SELECT 1 FROM ${itsModules} AND NOT ${isCompleteModule})
  AND NOT EXISTS (
    SELECT 1 FROM ${distributionSetTypeModuleTypes}
    WHERE ${distributionSetTypeModuleTypes.tenantId} = ${distributionSets.tenantId}
      AND ${distributionSetTypeModuleTypes.setTypeId} = ${distributionSets.typeId}
      AND ${distributionSetTypeModuleTypes.mandatory}
      AND NOT EXISTS (
        SELECT 1 FROM ${itsModules} AND ${softwareModules.typeId} = ${distributionSetTypeModuleTypes.moduleTypeId})))`;
