import { forbidden } from '../../errors.ts';
import type { Caller, Context } from '../shared/context.ts';
import type { Permission, Role } from './grants.ts';

/** Whether the caller has no permission and no role. */
export const isPowerless = ({ permissions, roles }: Caller): boolean => !permissions.size && !roles.size;

/** @throws FORBIDDEN */
export function requirePermission(context: Context, ...needed: Permission[]): Caller {
  for (const permission of needed)
    if (!context.caller.permissions.has(permission)) refuse(context, permission);
  return context.caller;
}

/** @throws FORBIDDEN */
export function requireRole(context: Context, role: Role): Caller {
  if (!context.caller.roles.has(role)) refuse(context, role);
  return context.caller;
}

function refuse(context: Context, lacking: Permission | Role): never {
  context.refusals.note(context, { type: 'permission.refused', subject: lacking });
  throw forbidden(lacking);
}
