import { and, eq } from 'drizzle-orm';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import type { Authored } from '../../shared/authorship.ts';
import { isCompleteSet } from './complete.ts';

/** A distribution set as callers get it; its modules are read apart. */
export interface DistributionSet extends Authored {
  id: number;
  type: { id: number; key: string; name: string };
  name: string;
  version: string;
  description: string | null;
  requiredMigrationStep: boolean;
  locked: boolean;
  valid: boolean;
  deleted: boolean;
  /** Whether it has modules, a complete one of every mandatory type among them, and no incomplete one. */
  complete: boolean;
  /** RSQL: the targets that it is for; null if it is for all. */
  targetFilter: string | null;
}

export const setColumns = (tenantId: number) => ({
  id: distributionSets.id,
  type: { id: distributionSetTypes.id, key: distributionSetTypes.key, name: distributionSetTypes.name },
  name: distributionSets.name,
  version: distributionSets.version,
  description: distributionSets.description,
  requiredMigrationStep: distributionSets.requiredMigrationStep,
  locked: distributionSets.locked,
  valid: distributionSets.valid,
  deleted: distributionSets.deleted,
  complete: isCompleteSet(tenantId),
  targetFilter: distributionSets.targetFilter,
  createdAt: distributionSets.createdAt,
  createdBy: distributionSets.createdBy,
  lastModifiedAt: distributionSets.lastModifiedAt,
  lastModifiedBy: distributionSets.lastModifiedBy,
});

export const withItsType = and(
  eq(distributionSetTypes.tenantId, distributionSets.tenantId),
  eq(distributionSetTypes.id, distributionSets.typeId),
);
