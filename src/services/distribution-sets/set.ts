import { and, eq, sql } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import type { Database, Transaction } from '../../database/connect.ts';
import {
  distributionSetModules,
  distributionSets,
  distributionSetTypeModuleTypes,
  distributionSetTypes,
} from '../../database/tables/distribution-sets.ts';
import { softwareModules, softwareModuleTypes } from '../../database/tables/software.ts';
import { distributionSetDeleted, distributionSetInvalid, distributionSetNotFound } from '../../errors.ts';
import { type Authored, modification } from '../authorship.ts';
import type { Context } from '../context.ts';
import { isCompleteModule, ofItsType } from '../software-modules/module.ts';

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
}

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

export const DISTRIBUTION_SET_COLUMNS = {
  id: distributionSets.id,
  type: { id: distributionSetTypes.id, key: distributionSetTypes.key, name: distributionSetTypes.name },
  name: distributionSets.name,
  version: distributionSets.version,
  description: distributionSets.description,
  requiredMigrationStep: distributionSets.requiredMigrationStep,
  locked: distributionSets.locked,
  valid: distributionSets.valid,
  deleted: distributionSets.deleted,
  complete: isCompleteSet,
  createdAt: distributionSets.createdAt,
  createdBy: distributionSets.createdBy,
  lastModifiedAt: distributionSets.lastModifiedAt,
  lastModifiedBy: distributionSets.lastModifiedBy,
};

export const withItsType = and(
  eq(distributionSetTypes.tenantId, distributionSets.tenantId),
  eq(distributionSetTypes.id, distributionSets.typeId),
);

/** The sets of those ids that exist, by id. */
export async function readSets(
  database: Database | Transaction,
  tenantId: number,
  ids: readonly number[],
): Promise<Map<number, DistributionSet>> {
  const rows = await database
    .select(DISTRIBUTION_SET_COLUMNS)
    .from(distributionSets)
    .innerJoin(distributionSetTypes, withItsType)
    .where(and(eq(distributionSets.tenantId, tenantId), isAmong(distributionSets.id, ids)));
  return new Map(rows.map((row) => [row.id, row]));
}

type Strength = 'update' | 'no key update' | 'share';

/**
 * The set, locked until the transaction ends.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED
 */
export async function lockSet(
  tx: Transaction,
  tenantId: number,
  id: number,
  strength: Strength = 'update',
  path = ['id'],
): Promise<DistributionSet> {
  if (!Number.isSafeInteger(id)) throw distributionSetNotFound(String(id), path);
  const [set] = await tx
    .select(DISTRIBUTION_SET_COLUMNS)
    .from(distributionSets)
    .innerJoin(distributionSetTypes, withItsType)
    .where(and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id)))
    .for(strength, { of: distributionSets });
  if (!set) throw distributionSetNotFound(String(id), path);
  if (set.deleted) throw distributionSetDeleted(String(id), path);
  return set;
}

/** The same for a set that is to be changed, or used. @throws DISTRIBUTION_SET_INVALID besides */
export async function lockValidSet(
  tx: Transaction,
  tenantId: number,
  id: number,
  strength: Strength = 'update',
  path = ['id'],
): Promise<DistributionSet> {
  const set = await lockSet(tx, tenantId, id, strength, path);
  if (!set.valid) throw distributionSetInvalid(String(id), path);
  return set;
}

/** Notes who changed a set's parts, and when. */
export const touchSet = (tx: Transaction, context: Context, id: number) =>
  tx
    .update(distributionSets)
    .set(modification(context))
    .where(and(eq(distributionSets.tenantId, context.caller.tenantId), eq(distributionSets.id, id)));
