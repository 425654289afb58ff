import { and, eq, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { roles } from '../../../database/tables/roles.ts';
import { users } from '../../../database/tables/users.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { requireRole } from '../permissions.ts';
import { userNamed } from '../users/user.ts';
import { type NamedRole, ROLE_COLUMNS } from './role.ts';

/** For each id its role, or undefined where there is none. Needs TENANT_ADMIN; without it there are only one's own. */
export async function findRoles(
  context: Context,
  ids: readonly number[],
): Promise<(NamedRole | undefined)[]> {
  const { tenantId, username, kind, ...caller } = context.caller;
  const isOwn = sql`${roles.name} IN (SELECT unnest(roles) FROM ${users} WHERE ${userNamed(tenantId, username)})`;
  const visible = caller.roles.has('TENANT_ADMIN') ? undefined : isOwn;
  const rows = await context.database
    .select(ROLE_COLUMNS)
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), isAmong(roles.id, ids), visible));
  if (!rows.length || kind === 'TOKEN') requireRole(context, 'TENANT_ADMIN');
  return inOrderOf(ids, rows);
}
