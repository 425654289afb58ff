import { and, eq, getTableName, inArray, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { roles } from '../../../database/tables/roles.ts';
import { roleNotFound } from '../../../errors.ts';
import type { Context } from '../../shared/context.ts';

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

export const roleWithId = (tenantId: number, id: number) =>
  and(eq(roles.tenantId, tenantId), isAmong(roles.id, [id]));

/** @throws ROLE_NOT_FOUND */
export async function lockRole(tx: Transaction, tenantId: number, id: number): Promise<NamedRole> {
  const [role] = await tx.select(ROLE_COLUMNS).from(roles).where(roleWithId(tenantId, id)).for('update');
  if (!role) throw roleNotFound(String(id));
  return role;
}

/**
 * The names of the roles with these ids, and the permissions that they bring. None of them can be deleted before the
 * transaction ends, so it may give them to somebody.
 * @throws ROLE_NOT_FOUND at its place in `roleIds` where one is not there
 */
export async function lockGrantedRoles(
  tx: Transaction,
  tenantId: number,
  ids: readonly number[],
): Promise<{ names: string[]; permissions: string[] }> {
  if (!ids.length) return { names: [], permissions: [] };
  const found = await tx
    .select(ROLE_COLUMNS)
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), isAmong(roles.id, ids)))
    .orderBy(roles.name)
    .for('key share');
  const known = new Set(found.map(({ id }) => id));
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw roleNotFound(String(ids[missing]), ['roleIds', String(missing)]);
  return {
    names: found.map(({ name }) => name),
    permissions: found.flatMap(({ permissions }) => permissions),
  };
}

/** Inside of another query: the permissions of the roles of these names in the tenant. */
export const permissionsOfRoles = (tenantId: number | Placeholder, names: AnyPgColumn): SQL<string[]> =>
  sql`ARRAY(
    SELECT unnest(role.permissions) FROM ${roles} AS role
    WHERE role.tenant_id = ${tenantId} AND role.name = ANY(${qualified(names)}))`.mapWith(roles.permissions);

/** Of a query on one table Drizzle writes the columns without it: in here they would be the role's own. */
const qualified = ({ table, name }: AnyPgColumn): SQL =>
  sql`${sql.identifier(getTableName(table))}.${sql.identifier(name)}`;

/** For each name the role of the caller's tenant, or undefined where there is none: who sees its holder may see it. */
export async function findRolesNamed(
  { database, caller }: Context,
  names: readonly string[],
): Promise<(NamedRole | undefined)[]> {
  const found = await database
    .select(ROLE_COLUMNS)
    .from(roles)
    .where(and(eq(roles.tenantId, caller.tenantId), inArray(roles.name, [...names])));
  return names.map((name) => found.find((role) => role.name === name));
}
