import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { type Config, ConfigurationError, isLoopback } from '../../../config.ts';
import type { Database } from '../../../database/connect.ts';
import { tenants } from '../../../database/tables/tenants.ts';
import { users } from '../../../database/tables/users.ts';
import { hashPassword } from '../../access/passwords.ts';
import { LocalPassword, Password, Username } from '../../access/users/input.ts';
import { DEFAULT_TENANT, insertUser } from '../../access/users/user.ts';
import { insertTenant } from './create.ts';

export interface FirstAdministrator {
  username: string;
  password: string;
  /** Whether only the machine itself can sign in: the password may be weak then. */
  isLocal?: boolean;
}

/**
 * Creates the default tenant and, if it has no account, its first administrator. Only one process at a time may call
 * it.
 * @returns whether an account was created
 * @throws ConfigurationError if the account's name or password breaks a rule
 */
export async function ensureFirstAdministrator(
  database: Pick<Database, 'transaction'>,
  { username, password, isLocal = false }: FirstAdministrator,
  now: Date,
): Promise<boolean> {
  const author = { by: 'system', at: now };
  return database.transaction(async (tx) => {
    await insertTenant(tx, DEFAULT_TENANT, author);
    const [tenant] = await tx
      .select({ tenantId: tenants.tenantId, tenantName: tenants.name })
      .from(tenants)
      .where(eq(tenants.nameKey, DEFAULT_TENANT.toLowerCase()));
    const { tenantId } = tenant!;
    const [someone] = await tx
      .select({ id: users.id })
      .from(users)
      .where(eq(users.tenantId, tenantId))
      .limit(1);
    if (someone) return false;

    const administrator = {
      username: checked(Username, username, 'MUSTER_ADMIN_USER'),
      permissions: [],
      roles: ['TENANT_ADMIN' as const, 'SYSTEM_ADMIN' as const],
    };
    const passwordHash = await hashPassword(
      checked(isLocal ? LocalPassword : Password, password, 'MUSTER_ADMIN_PASSWORD'),
    );
    await insertUser(tx, tenant!, { ...administrator, passwordHash }, author);
    return true;
  });
}

/** The first administrator as the settings have it. */
export const firstAdministratorOf = (config: Config): FirstAdministrator => ({
  username: config.MUSTER_ADMIN_USER,
  password: config.MUSTER_ADMIN_PASSWORD,
  isLocal: isLoopback(config.HOST),
});

function checked(schema: z.ZodType<string, string>, value: string, setting: string): string {
  const result = schema.safeParse(value);
  if (!result.success) throw new ConfigurationError(`${setting}: ${result.error.issues[0]?.message}`);
  return result.data;
}
