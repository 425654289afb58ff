import type { Placeholder } from 'drizzle-orm';
import { tenants } from '../../database/tables/tenants.ts';
import { users } from '../../database/tables/users.ts';
import type { Caller } from '../shared/context.ts';
import { effectivePermissions, isBuiltIn } from './grants.ts';
import { permissionsOfRoles } from './roles/role.ts';

/** What is read of an account that signs in; from `tenants` joined with `users`. */
export const accountColumns = (tenantId: Placeholder) => ({
  tenantId: tenants.tenantId,
  tenantName: tenants.name,
  username: users.username,
  permissions: users.permissions,
  roles: users.roles,
  rolePermissions: permissionsOfRoles(tenantId, users.roles),
});

interface Account {
  tenantId: number;
  tenantName: string;
  username: string;
  permissions: string[];
  roles: string[];
  rolePermissions: string[];
}

/** Who an account is to the services. */
export function callerOf({
  tenantId,
  tenantName,
  username,
  permissions,
  rolePermissions,
  ...account
}: Account): Caller {
  const roles = account.roles.filter(isBuiltIn);
  return {
    tenantId,
    tenantName,
    username,
    kind: 'USER',
    roles: new Set(roles),
    permissions: effectivePermissions([...permissions, ...rolePermissions], roles),
  };
}
