import { and, eq, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import type { Database } from '../../../database/connect.ts';
import { tenants } from '../../../database/tables/tenants.ts';
import { users } from '../../../database/tables/users.ts';
import { verifyPassword } from '../../access/passwords.ts';
import { DEFAULT_TENANT } from '../../access/users/user.ts';

/** The first administrator if nothing else is set, and only on a loopback address. */
const DEFAULT_ACCOUNT = { username: 'admin', password: 'admin' };

/** Whether the first administrator can still sign in as admin/admin, which everybody knows. */
export async function hasDefaultPassword(database: Database): Promise<boolean> {
  const { username, password } = DEFAULT_ACCOUNT;
  const [account] = await database
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .innerJoin(tenants, eq(tenants.tenantId, users.tenantId))
    .where(
      and(
        eq(tenants.nameKey, DEFAULT_TENANT.toLowerCase()),
        sql`${users.username} = ${username} ${overAllTenants('default password')}`,
      ),
    );
  return account !== undefined && verifyPassword(password, account.passwordHash);
}
