import { and, eq, sql } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import type { Database, Transaction } from '../../database/connect.ts';
import { artifacts, softwareModules, softwareModuleTypes } from '../../database/tables/software.ts';
import { locked, softwareModuleNotFound } from '../../errors.ts';
import { type Authored, modification } from '../authorship.ts';
import type { Context } from '../context.ts';

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

/** What people know a module or a set by. */
export const titleOf = ({ name, version }: { name: string; version: string }): string => `${name}:${version}`;

const artifactCount = sql`(SELECT count(*) FROM ${artifacts}
  WHERE ${artifacts.tenantId} = ${softwareModules.tenantId} AND ${artifacts.moduleId} = ${softwareModules.id})`;

/** Whether a module, joined with its type, has all artifacts it needs. */
export const isCompleteModule = sql<boolean>`(${softwareModuleTypes.minArtifacts} = 0
  OR ${softwareModuleTypes.minArtifacts} <= ${artifactCount})`;

export const SOFTWARE_MODULE_COLUMNS = {
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
  complete: isCompleteModule,
  createdAt: softwareModules.createdAt,
  createdBy: softwareModules.createdBy,
  lastModifiedAt: softwareModules.lastModifiedAt,
  lastModifiedBy: softwareModules.lastModifiedBy,
};

export const ofItsType = and(
  eq(softwareModuleTypes.tenantId, softwareModules.tenantId),
  eq(softwareModuleTypes.id, softwareModules.typeId),
);

/** The modules of those ids that exist, by id. */
export async function readModules(
  database: Database | Transaction,
  tenantId: number,
  ids: readonly number[],
): Promise<Map<number, SoftwareModule>> {
  const rows = await database
    .select(SOFTWARE_MODULE_COLUMNS)
    .from(softwareModules)
    .innerJoin(softwareModuleTypes, ofItsType)
    .where(and(eq(softwareModules.tenantId, tenantId), isAmong(softwareModules.id, ids)));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The rows of those ids that exist, in the order of the ids and locked until the transaction ends. */
export async function lockModules(
  tx: Transaction,
  tenantId: number,
  ids: readonly number[],
  strength: 'update' | 'key share' = 'update',
) {
  const { id, typeId, locked, deleted } = softwareModules;
  return tx
    .select({ id, typeId, locked, deleted })
    .from(softwareModules)
    .where(and(eq(softwareModules.tenantId, tenantId), isAmong(softwareModules.id, ids)))
    .orderBy(softwareModules.id)
    .for(strength);
}

/** The module, locked until the transaction ends. @throws SOFTWARE_MODULE_NOT_FOUND, also for a deleted one */
export async function lockModule(tx: Transaction, tenantId: number, id: number): Promise<SoftwareModule> {
  await lockModules(tx, tenantId, [id]);
  const module = (await readModules(tx, tenantId, [id])).get(id);
  if (!module || module.deleted) throw softwareModuleNotFound(String(id));
  return module;
}

/** The module, where its parts may change. @throws SOFTWARE_MODULE_NOT_FOUND, LOCKED */
export function requireOpen(module: SoftwareModule | undefined, id: number): SoftwareModule {
  if (!module || module.deleted) throw softwareModuleNotFound(String(id), ['moduleId']);
  if (module.locked) throw locked(`The software module ${id}`, ['moduleId']);
  return module;
}

/** Notes who changed a module's parts, and when. */
export const touchModule = (tx: Transaction, context: Context, id: number) =>
  tx
    .update(softwareModules)
    .set(modification(context))
    .where(and(eq(softwareModules.tenantId, context.caller.tenantId), eq(softwareModules.id, id)));
