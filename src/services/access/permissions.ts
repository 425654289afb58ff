import { forbidden } from '../../errors.ts';
import type { Caller, Context } from '../context.ts';

const ACTIONS = ['CREATE', 'READ', 'UPDATE', 'DELETE'] as const;
const GROUPS = [
  'TARGET',
  'TARGET_TYPE',
  'SOFTWARE_MODULE',
  'SOFTWARE_MODULE_TYPE',
  'DISTRIBUTION_SET',
  'DISTRIBUTION_SET_TYPE',
  'TENANT_CONFIGURATION',
  'ROLLOUT',
] as const;
const OTHERS = [
  'HANDLE_ROLLOUT',
  'APPROVE_ROLLOUT',
  'DOWNLOAD_REPOSITORY_ARTIFACT',
  'READ_TARGET_SECURITY_TOKEN',
  'READ_GATEWAY_SECURITY_TOKEN',
] as const;

export type Permission = `${(typeof ACTIONS)[number]}_${(typeof GROUPS)[number]}` | (typeof OTHERS)[number];
export const PERMISSIONS: readonly Permission[] = [
  ...GROUPS.flatMap((group) => ACTIONS.map((action) => `${action}_${group}` as const)),
  ...OTHERS,
];

/** TENANT_ADMIN: every permission in its tenant, and its users. SYSTEM_ADMIN: the tenants. */
export const ROLES = ['TENANT_ADMIN', 'SYSTEM_ADMIN'] as const;
export type Role = (typeof ROLES)[number];

/** All that an account may do. Any permission on targets implies reading their types, as in hawkBit. */
export function effectivePermissions(
  granted: readonly Permission[],
  roles: readonly Role[],
): Set<Permission> {
  if (roles.includes('TENANT_ADMIN')) return new Set(PERMISSIONS);
  const permissions = new Set(granted);
  if (ACTIONS.some((action) => permissions.has(`${action}_TARGET`))) permissions.add('READ_TARGET_TYPE');
  return permissions;
}

/** @throws FORBIDDEN */
export function requirePermission(context: Context, ...needed: Permission[]): Caller {
  for (const permission of needed)
    if (!context.caller.permissions.has(permission)) throw forbidden(permission);
  return context.caller;
}

/** @throws FORBIDDEN */
export function requireRole(context: Context, role: Role): Caller {
  if (!context.caller.roles.has(role)) throw forbidden(role);
  return context.caller;
}
