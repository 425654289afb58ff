import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import { locked, softwareModuleDeleted, softwareModuleNotFound } from '../../../errors.ts';
import type { Permission } from '../../access/grants.ts';
import { requireStillInScope, type ScopedRows } from '../../access/in-scope.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { ofItsType } from './complete.ts';
import { moduleColumns, type SoftwareModule } from './software-module.ts';

/** Those whose scope is a filter of modules. */
export type ModulePermission =
  | Extract<Permission, `${string}_SOFTWARE_MODULE`>
  | 'DOWNLOAD_REPOSITORY_ARTIFACT';

/** The modules as the scope of a permission meets them. */
export const modulesAs = (permission: ModulePermission): ScopedRows => ({
  permission,
  table: softwareModules,
  joined: sql`${softwareModules} JOIN ${softwareModuleTypes} ON ${ofItsType}`,
  title: sql`${softwareModules.name} || ':' || ${softwareModules.version}`,
});

/** The name of a module or a set in messages and in the audit trail. */
export const titleOf = ({ name, version }: { name: string; version: string }): string => `${name}:${version}`;

/** The modules of those ids that exist, by id; with `condition` only those for which it holds. */
export async function readModules(
  database: Database | Transaction,
  tenantId: number,
  ids: readonly number[],
  condition?: SQL,
): Promise<Map<number, SoftwareModule>> {
  const rows = await database
    .select(moduleColumns(tenantId))
    .from(softwareModules)
    .innerJoin(softwareModuleTypes, ofItsType)
    .where(and(eq(softwareModules.tenantId, tenantId), isAmong(softwareModules.id, ids), condition));
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

/** A module to lock, and the permission that the verb has required. */
interface ModuleToLock {
  permission: ModulePermission;
  id: number;
  /** Where the input names it. */
  path?: string[];
}

/**
 * The module, a deleted one too, locked until the transaction ends.
 * @throws SOFTWARE_MODULE_NOT_FOUND, also for what is out of the permission's scope
 */
export async function lockAnyModule(
  tx: Transaction,
  context: Context,
  { permission, id, path = ['id'] }: ModuleToLock,
): Promise<SoftwareModule> {
  const { tenantId } = context.caller;
  await lockModules(tx, tenantId, [id]);
  const module = (await readModules(tx, tenantId, [id], await scopeCondition(context, permission))).get(id);
  if (!module) throw softwareModuleNotFound(String(id), path);
  return module;
}

/** The same for one that is to be changed. @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_DELETED */
export async function lockModule(
  tx: Transaction,
  context: Context,
  wanted: ModuleToLock,
): Promise<SoftwareModule> {
  const module = await lockAnyModule(tx, context, wanted);
  if (module.deleted) throw softwareModuleDeleted(String(module.id), wanted.path);
  return module;
}

/** The same for one whose files are to change. @throws what `requireOpen` throws */
export const lockOpenModule = async (
  tx: Transaction,
  context: Context,
  permission: ModulePermission,
  id: number,
): Promise<SoftwareModule> =>
  requireOpen(await lockAnyModule(tx, context, { permission, id, path: ['moduleId'] }), id);

/** The module, where its files may change. @throws SOFTWARE_MODULE_NOT_FOUND, LOCKED, SOFTWARE_MODULE_DELETED */
export function requireOpen(module: SoftwareModule | undefined, id: number): SoftwareModule {
  if (!module) throw softwareModuleNotFound(String(id), ['moduleId']);
  if (module.locked) throw locked(`The software module ${id}`, ['moduleId']);
  if (module.deleted) throw softwareModuleDeleted(String(id), ['moduleId']);
  return module;
}

/**
 * Notes who changed a module's parts, and when. To be called after the change.
 * @returns the module as it is now
 * @throws FORBIDDEN where the module has left the permission's scope
 */
export async function touchModule(
  tx: Transaction,
  context: Context,
  permission: ModulePermission,
  id: number,
): Promise<SoftwareModule> {
  const { tenantId } = context.caller;
  const itself = and(eq(softwareModules.tenantId, tenantId), eq(softwareModules.id, id));
  await tx.update(softwareModules).set(modificationStamp(context)).where(itself);
  await requireStillInScope(tx, context, modulesAs(permission), eq(softwareModules.id, id));
  return (await readModules(tx, tenantId, [id])).get(id)!;
}
