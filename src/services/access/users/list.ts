import { and, asc, eq, gt } from 'drizzle-orm';
import type { z } from 'zod';
import { users } from '../../../database/tables/users.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { requireRole } from '../permissions.ts';
import { UserPage } from './input.ts';
import { USER_COLUMNS, type User, userIn } from './user.ts';

export interface UserList {
  users: User[];
  /** Whether more come after the last one. */
  hasNext: boolean;
}

/** The accounts of the caller's tenant by username, `limit` (500) of them, `after` a username. Needs TENANT_ADMIN. */
export async function listUsers(context: Context, input: z.input<typeof UserPage> = {}): Promise<UserList> {
  const { tenantId, tenantName } = requireRole(context, 'TENANT_ADMIN');
  const { limit, after } = parse(UserPage, input);
  const size = limit ?? 500;
  const rows = await context.database
    .select(USER_COLUMNS)
    .from(users)
    .where(and(eq(users.tenantId, tenantId), after ? gt(users.username, after) : undefined))
    .orderBy(asc(users.username))
    .limit(size + 1);
  return { users: rows.slice(0, size).map(userIn(tenantName)), hasNext: rows.length > size };
}
