import { and, eq, sql } from 'drizzle-orm';
import { artifacts, softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';

export const ofItsType = and(
  eq(softwareModuleTypes.tenantId, softwareModules.tenantId),
  eq(softwareModuleTypes.id, softwareModules.typeId),
);

const artifactCount = sql`(SELECT count(*) FROM ${artifacts}
  WHERE ${artifacts.tenantId} = ${softwareModules.tenantId} AND ${artifacts.moduleId} = ${softwareModules.id})`;

/** Whether a module, joined with its type, has all artifacts it needs. */
export const isCompleteModule = sql<boolean>`(${softwareModuleTypes.minArtifacts} = 0
  OR ${softwareModuleTypes.minArtifacts} <= ${artifactCount})`;
