import { and, arrayContains, eq, ne } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { tenants } from '../../../database/tables/tenants.ts';
import { users } from '../../../database/tables/users.ts';
import { forbidden, invalid, userAlreadyExists, userNotFound } from '../../../errors.ts';
import type { Caller } from '../../shared/context.ts';
import { type Grant, includes, isBuiltIn, ROLES, splitGrant } from '../grants.ts';

/** The tenant of callers that sign in without naming one. */
export const DEFAULT_TENANT = 'DEFAULT';

/** An account as callers get it. */
export interface User {
  id: number;
  username: string;
  tenantName: string;
  /** As granted; a role's permissions are not among them. */
  permissions: Grant[];
  /** Built-in ones, and named ones of the tenant. */
  roles: string[];
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

/** All but the hash, which leaves the database only to be compared. */
export const USER_COLUMNS = {
  id: users.id,
  username: users.username,
  permissions: users.permissions,
  roles: users.roles,
  createdAt: users.createdAt,
  createdBy: users.createdBy,
  lastModifiedAt: users.lastModifiedAt,
  lastModifiedBy: users.lastModifiedBy,
};
type Row = Omit<User, 'permissions' | 'tenantName'> & { permissions: string[] };

export const userIn =
  (tenantName: string) =>
  (row: Row): User => ({
    ...row,
    tenantName,
    permissions: row.permissions as Grant[],
  });

export const userWithId = (tenantId: number, id: number) =>
  and(eq(users.tenantId, tenantId), isAmong(users.id, [id]));

export const userNamed = (tenantId: number, username: string) =>
  and(eq(users.tenantId, tenantId), eq(users.username, username));

/** The id of an account that stays until the transaction ends. @throws USER_NOT_FOUND */
export async function lockAccount(tx: Transaction, tenantId: number, username: string): Promise<number> {
  const [user] = await tx
    .select({ id: users.id })
    .from(users)
    .where(userNamed(tenantId, username))
    .for('key share');
  if (!user) throw userNotFound(username, ['username']);
  return user.id;
}

/**
 * Reads an account that the caller is about to change; until the transaction ends, nobody else changes an account
 * of the tenant. So two administrators can't remove each other at the same time.
 * @throws USER_NOT_FOUND; FORBIDDEN if the account has more than the caller, who could set its password.
 */
export async function lockUser(
  tx: Transaction,
  caller: Caller,
  { id, path = ['id'] }: { id: number; path?: string[] },
): Promise<User> {
  const { tenantId, tenantName } = caller;
  // Weaker than FOR UPDATE, which would block every insert that refers to the tenant.
  await tx
    .select({ tenantId: tenants.tenantId })
    .from(tenants)
    .where(eq(tenants.tenantId, tenantId))
    .for('no key update');
  const [row] = await tx.select(USER_COLUMNS).from(users).where(userWithId(tenantId, id));
  if (!row) throw userNotFound(String(id), path);
  const user = userIn(tenantName)(row);
  requireCallerHas(caller, user);
  return user;
}

/**
 * Nobody grants more than they have, or changes an account that has more. The permissions of named roles are not looked
 * up here.
 * @throws FORBIDDEN
 */
export function requireCallerHas(caller: Caller, held: Held): void {
  const lacking = lackingOf(caller, held);
  if (lacking !== undefined) throw forbidden(lacking);
}

/** Whether the caller could grant all of it. */
export const mayHave = (caller: Caller, held: Held | undefined): boolean =>
  held !== undefined && lackingOf(caller, held) === undefined;

interface Held {
  permissions?: readonly string[] | null | undefined;
  roles?: readonly string[] | null | undefined;
}

function lackingOf(caller: Caller, { permissions, roles }: Held): string | undefined {
  const role = roles?.find((one) => isBuiltIn(one) && !caller.roles.has(one));
  const grant = permissions?.find((one) => !includes(caller.permissions, one));
  return role ?? (grant && splitGrant(grant).permission);
}

/**
 * A tenant keeps an administrator, and the default tenant a system administrator: without one nobody could appoint
 * another. `left` are the roles that the user keeps.
 * @throws INVALID_INPUT at `field` if the user is the last one
 */
export async function requireAnotherAdministrator(
  tx: Transaction,
  { tenantId, tenantName }: Caller,
  user: User,
  { left, field }: { left: readonly string[]; field: string },
): Promise<void> {
  for (const role of ROLES) {
    const kept = role === 'TENANT_ADMIN' || tenantName === DEFAULT_TENANT;
    if (!kept || !user.roles.includes(role) || left.includes(role)) continue;
    const others = await tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.tenantId, tenantId), ne(users.id, user.id), arrayContains(users.roles, [role])))
      .limit(1);
    if (!others.length)
      throw invalid(`${field}: '${user.username}' is the last ${role} of the tenant`, [field]);
  }
}

/** @throws USER_ALREADY_EXISTS */
export async function insertUser(
  tx: Transaction,
  tenant: { tenantId: number; tenantName: string },
  user: { username: string; passwordHash: string; permissions: Grant[]; roles: string[] },
  { by, at }: { by: string; at: Date },
): Promise<User> {
  const [row] = await tx
    .insert(users)
    .values({
      tenantId: tenant.tenantId,
      ...user,
      createdAt: at,
      createdBy: by,
      lastModifiedAt: at,
      lastModifiedBy: by,
    })
    .onConflictDoNothing({ target: [users.tenantId, users.username] })
    .returning(USER_COLUMNS);
  if (!row) throw userAlreadyExists(user.username);
  return userIn(tenant.tenantName)(row);
}
