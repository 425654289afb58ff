import { forbidden } from '../../errors.ts';
import type { Context } from '../shared/context.ts';
import type { Permission } from './grants.ts';
import { requirePermission } from './permissions.ts';

/** @throws FORBIDDEN unless the caller has the permission, without a scope */
export function requireUnscoped(context: Context, permission: Permission): void {
  const { permissions } = requirePermission(context, permission);
  if (permissions.get(permission) !== null) throw forbidden(`${permission} without a scope`);
}
