import { and, asc, eq, gt } from 'drizzle-orm';
import type { z } from 'zod';
import { roles } from '../../../database/tables/roles.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { requireRole } from '../permissions.ts';
import { RolePage } from './input.ts';
import { type NamedRole, ROLE_COLUMNS } from './role.ts';

export interface RoleList {
  roles: NamedRole[];
  /** Whether more come after the last one. */
  hasNext: boolean;
}

/** The named roles of the caller's tenant by name, `limit` (500) of them, `after` a name. Needs TENANT_ADMIN. */
export async function listRoles(context: Context, input: z.input<typeof RolePage> = {}): Promise<RoleList> {
  const { tenantId } = requireRole(context, 'TENANT_ADMIN');
  const { limit, after } = parse(RolePage, input);
  const size = limit ?? 500;
  const rows = await context.database
    .select(ROLE_COLUMNS)
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), after ? gt(roles.name, after) : undefined))
    .orderBy(asc(roles.name))
    .limit(size + 1);
  return { roles: rows.slice(0, size), hasNext: rows.length > size };
}
