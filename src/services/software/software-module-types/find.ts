import { and, eq, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { softwareModuleTypeNotFound } from '../../../errors.ts';
import type { Permission } from '../../access/grants.ts';
import type { ScopedRows } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { isStorableText } from '../../shared/text.ts';
import { SOFTWARE_MODULE_TYPE_COLUMNS, type SoftwareModuleType } from './software-module-type.ts';

type SoftwareModuleTypePermission = Extract<Permission, `${string}_SOFTWARE_MODULE_TYPE`>;

/** The software module types as the scope of a permission meets them. */
export const moduleTypesAs = (permission: SoftwareModuleTypePermission): ScopedRows => ({
  permission,
  table: softwareModuleTypes,
  title: softwareModuleTypes.key,
});

/** The type of that id, a deleted one too. Needs READ_SOFTWARE_MODULE_TYPE. @throws SOFTWARE_MODULE_TYPE_NOT_FOUND */
export async function findSoftwareModuleType(context: Context, id: number): Promise<SoftwareModuleType> {
  const [type] = await findSoftwareModuleTypes(context, [id]);
  if (!type) throw softwareModuleTypeNotFound(String(id));
  return type;
}

/** For each id its type, or undefined where there is none. Needs READ_SOFTWARE_MODULE_TYPE. */
export async function findSoftwareModuleTypes(
  context: Context,
  ids: readonly number[],
): Promise<(SoftwareModuleType | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE_TYPE');
  const rows = await context.database
    .select(SOFTWARE_MODULE_TYPE_COLUMNS)
    .from(softwareModuleTypes)
    .where(
      and(
        eq(softwareModuleTypes.tenantId, tenantId),
        isAmong(softwareModuleTypes.id, ids),
        await scopeCondition(context, 'READ_SOFTWARE_MODULE_TYPE'),
      ),
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** The types of those keys, locked so that none is deleted before this transaction ends; deleted ones are among them. */
export async function moduleTypesByKey(
  tx: Transaction,
  tenantId: number,
  keys: readonly string[],
): Promise<Map<string, SoftwareModuleType>> {
  const rows = await tx
    .select(SOFTWARE_MODULE_TYPE_COLUMNS)
    .from(softwareModuleTypes)
    .where(
      and(
        eq(softwareModuleTypes.tenantId, tenantId),
        sql`${softwareModuleTypes.key} = ANY(${arrayOf(keys.filter(isStorableText))}::text[])`,
      ),
    )
    .orderBy(softwareModuleTypes.id)
    .for('key share');
  return new Map(rows.map((row) => [row.key, row]));
}

/** The same by id. */
export async function moduleTypesById(
  tx: Transaction,
  tenantId: number,
  ids: readonly number[],
): Promise<Map<number, SoftwareModuleType>> {
  const rows = await tx
    .select(SOFTWARE_MODULE_TYPE_COLUMNS)
    .from(softwareModuleTypes)
    .where(and(eq(softwareModuleTypes.tenantId, tenantId), isAmong(softwareModuleTypes.id, ids)))
    .orderBy(softwareModuleTypes.id)
    .for('key share');
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * The type, a deleted one too, locked until the transaction ends. Give the permission that the verb has required.
 * @throws SOFTWARE_MODULE_TYPE_NOT_FOUND, also for what is out of the permission's scope
 */
export async function lockModuleType(
  tx: Transaction,
  context: Context,
  permission: SoftwareModuleTypePermission,
  id: number,
): Promise<SoftwareModuleType> {
  const [type] = await tx
    .select(SOFTWARE_MODULE_TYPE_COLUMNS)
    .from(softwareModuleTypes)
    .where(
      and(
        eq(softwareModuleTypes.tenantId, context.caller.tenantId),
        isAmong(softwareModuleTypes.id, [id]),
        await scopeCondition(context, permission),
      ),
    )
    .for('update');
  if (!type) throw softwareModuleTypeNotFound(String(id));
  return type;
}
