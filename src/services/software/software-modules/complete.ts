import { and, eq, sql } from 'drizzle-orm';
import { artifacts, softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';

export const ofItsType = and(
  eq(softwareModuleTypes.tenantId, softwareModules.tenantId),
  eq(softwareModuleTypes.id, softwareModules.typeId),
);

/** Whether a module of the tenant, joined with its type, has all artifacts it needs. */
export const isCompleteModule = (tenantId: number) => sql<boolean>`(${softwareModuleTypes.minArtifacts} = 0
  OR ${softwareModuleTypes.minArtifacts} <= (SELECT count(*) FROM ${artifacts}
    WHERE ${artifacts.tenantId} = ${tenantId} AND ${artifacts.moduleId} = ${softwareModules.id}))`;
