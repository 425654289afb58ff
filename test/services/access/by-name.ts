import { and, eq } from 'drizzle-orm';
import { roles } from '../../../src/database/tables/roles.ts';
import { users } from '../../../src/database/tables/users.ts';
import { createApiKey as createApiKeyOf } from '../../../src/services/access/api-keys/create.ts';
import { isBuiltIn, type Role } from '../../../src/services/access/grants.ts';
import { deleteRole as deleteRoleOf } from '../../../src/services/access/roles/delete.ts';
import { updateRole as updateRoleOf } from '../../../src/services/access/roles/update.ts';
import { createUser as createUserOf } from '../../../src/services/access/users/create.ts';
import { deleteUser as deleteUserOf } from '../../../src/services/access/users/delete.ts';
import { findUsers } from '../../../src/services/access/users/find.ts';
import { updateUser as updateUserOf } from '../../../src/services/access/users/update.ts';
import type { Context } from '../../../src/services/shared/context.ts';

/* The verbs on accounts, roles and keys for tests that know these by name: the verbs take ids. What is not there has none. */

const NONE = 0;

export async function userIdOf({ database, caller }: Context, username: string): Promise<number> {
  const named = and(eq(users.tenantId, caller.tenantId), eq(users.username, username));
  const [user] = await database.select({ id: users.id }).from(users).where(named);
  return user?.id ?? NONE;
}

export async function roleIdOf({ database, caller }: Context, name: string): Promise<number> {
  const named = and(eq(roles.tenantId, caller.tenantId), eq(roles.name, name));
  const [role] = await database.select({ id: roles.id }).from(roles).where(named);
  return role?.id ?? NONE;
}

async function rolesGiven(context: Context, names: readonly string[] | undefined) {
  if (!names) return {};
  const named = names.filter((name) => !isBuiltIn(name));
  return {
    builtInRoles: names.filter(isBuiltIn) as Role[],
    roleIds: await Promise.all(named.map((name) => roleIdOf(context, name))),
  };
}

type Given<F extends (context: Context, input: never) => unknown> = Omit<
  Parameters<F>[1],
  'id' | 'builtInRoles' | 'roleIds' | 'ownerId'
> & { roles?: string[] };

export const createUser = async (context: Context, { roles: names, ...given }: Given<typeof createUserOf>) =>
  createUserOf(context, { ...given, ...(await rolesGiven(context, names)) });

export const updateUser = async (
  context: Context,
  { username, roles: names, ...given }: Given<typeof updateUserOf> & { username: string },
) =>
  updateUserOf(context, {
    id: await userIdOf(context, username),
    ...given,
    ...(await rolesGiven(context, names)),
  });

export const findUser = async (context: Context, { username }: { username: string }) =>
  (await findUsers(context, [await userIdOf(context, username)]))[0];

export const deleteUser = async (context: Context, { username }: { username: string }) =>
  deleteUserOf(context, { id: await userIdOf(context, username) });

export const updateRole = async (
  context: Context,
  { name, ...given }: Omit<Parameters<typeof updateRoleOf>[1], 'id'> & { name: string },
) => updateRoleOf(context, { id: await roleIdOf(context, name), ...given });

export const deleteRole = async (context: Context, { name }: { name: string }) =>
  deleteRoleOf(context, { id: await roleIdOf(context, name) });

export const createApiKey = async (
  context: Context,
  { owner, roles: names, ...given }: Given<typeof createApiKeyOf> & { owner?: string },
) =>
  createApiKeyOf(context, {
    ...given,
    ...(owner !== undefined && { ownerId: await userIdOf(context, owner) }),
    ...(await rolesGiven(context, names)),
  });
