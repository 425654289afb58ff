import { getTableColumns } from 'drizzle-orm';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import type { Authored } from '../../shared/authorship.ts';

/** A software module type as callers get it. */
export interface SoftwareModuleType extends Authored {
  id: number;
  key: string;
  name: string;
  description: string | null;
  color: string | null;
  minArtifacts: number;
  maxAssignments: number;
  deleted: boolean;
}

const { tenantId: _, ...columns } = getTableColumns(softwareModuleTypes);

export const SOFTWARE_MODULE_TYPE_COLUMNS = columns;
