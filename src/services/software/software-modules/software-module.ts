import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import type { Authored } from '../../shared/authorship.ts';
import { isCompleteModule } from './complete.ts';

/** A software module as callers get it. */
export interface SoftwareModule extends Authored {
  id: number;
  /** A set has at most `maxAssignments` modules of the type. */
  type: { id: number; key: string; name: string; maxAssignments: number };
  name: string;
  version: string;
  description: string | null;
  vendor: string | null;
  locked: boolean;
  deleted: boolean;
  /** Whether it has as many artifacts as its type asks for. */
  complete: boolean;
}

export const moduleColumns = (tenantId: number) => ({
  id: softwareModules.id,
  type: {
    id: softwareModuleTypes.id,
    key: softwareModuleTypes.key,
    name: softwareModuleTypes.name,
    maxAssignments: softwareModuleTypes.maxAssignments,
  },
  name: softwareModules.name,
  version: softwareModules.version,
  description: softwareModules.description,
  vendor: softwareModules.vendor,
  locked: softwareModules.locked,
  deleted: softwareModules.deleted,
  complete: isCompleteModule(tenantId),
  createdAt: softwareModules.createdAt,
  createdBy: softwareModules.createdBy,
  lastModifiedAt: softwareModules.lastModifiedAt,
  lastModifiedBy: softwareModules.lastModifiedBy,
});
