import { and, Column, eq, getTableName, inArray, is, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Transaction } from '../../../database/connect.ts';
import { roles } from '../../../database/tables/roles.ts';
import { invalid, roleNotFound } from '../../../errors.ts';
import type { Context } from '../../shared/context.ts';
import { isBuiltIn } from '../grants.ts';

/** A role that a tenant named. Changing its permissions changes what all who have it may do. */
export interface NamedRole {
  id: number;
  name: string;
  description: string;
  permissions: string[];
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

export const ROLE_COLUMNS = {
  id: roles.id,
  name: roles.name,
  description: roles.description,
  permissions: roles.permissions,
  createdAt: roles.createdAt,
  createdBy: roles.createdBy,
  lastModifiedAt: roles.lastModifiedAt,
  lastModifiedBy: roles.lastModifiedBy,
};

export const roleNamed = (tenantId: number, name: string) =>
  and(eq(roles.tenantId, tenantId), eq(roles.name, name));

/** @throws ROLE_NOT_FOUND */
export async function lockRole(tx: Transaction, tenantId: number, name: string): Promise<NamedRole> {
  const [role] = await tx.select(ROLE_COLUMNS).from(roles).where(roleNamed(tenantId, name)).for('update');
  if (!role) throw roleNotFound(name);
  return role;
}

/**
 * The permissions that the named ones among `names` bring. None of them can be deleted before the transaction ends,
 * so it may give them to somebody.
 * @throws INVALID_INPUT at `roles` where one is not there
 */
export async function lockGrantedRoles(
  tx: Transaction,
  tenantId: number,
  names: readonly string[],
): Promise<string[]> {
  const wanted = names.filter((name) => !isBuiltIn(name));
  if (!wanted.length) return [];
  const found = await tx
    .select(ROLE_COLUMNS)
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), inArray(roles.name, wanted)))
    .for('key share');
  const missing = wanted.find((name) => !found.some((role) => role.name === name));
  if (missing !== undefined) throw invalid(`roles: there is no role ${JSON.stringify(missing)}`, ['roles']);
  return found.flatMap(({ permissions }) => permissions);
}

/** Inside of another query: the permissions of the roles of these names in the tenant of its row. */
export const permissionsOfRoles = (tenantId: AnyPgColumn, names: AnyPgColumn | SQL): SQL<string[]> =>
  sql`ARRAY(
    SELECT unnest(role.permissions) FROM ${roles} AS role
    WHERE role.tenant_id = ${qualified(tenantId)} AND role.name = ANY(${qualified(names)}))`.mapWith(
    roles.permissions,
  );

/** Of a query on one table Drizzle writes the columns without it: in here they would be the role's own. */
const qualified = (column: AnyPgColumn | SQL): SQL =>
  is(column, Column)
    ? sql`${sql.identifier(getTableName(column.table))}.${sql.identifier(column.name)}`
    : column;

/** The permissions of each of these roles of the caller's tenant; of a built-in one, or none, nothing. */
export async function findRolePermissions(
  { database, caller }: Context,
  names: readonly string[],
): Promise<Map<string, string[]>> {
  const found = await database
    .select(ROLE_COLUMNS)
    .from(roles)
    .where(and(eq(roles.tenantId, caller.tenantId), inArray(roles.name, [...names])));
  return new Map(found.map(({ name, permissions }) => [name, permissions]));
}
