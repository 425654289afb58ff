import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { tenants } from '../../../database/tables/tenants.ts';
import { users } from '../../../database/tables/users.ts';
import { userNotFound } from '../../../errors.ts';
import { change } from '../../shared/change.ts';
import { asServer, type Platform } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { hashPassword } from '../passwords.ts';
import { endSessionsOf } from '../sessions/end.ts';
import { Password, Username } from './input.ts';
import { DEFAULT_TENANT, userNamed } from './user.ts';

const SetPassword = z.object({ tenant: z.string().nullish(), username: Username, password: Password });

/**
 * Gives an account a new password. For the operator, who has the database, when nobody can sign in any more.
 * @throws USER_NOT_FOUND, INVALID_INPUT
 */
export async function setPassword(platform: Platform, input: z.input<typeof SetPassword>): Promise<void> {
  const { tenant, username, password } = parse(SetPassword, input);
  const name = (tenant ?? DEFAULT_TENANT).toLowerCase();
  const passwordHash = await hashPassword(password);
  const [found] = await platform.database
    .select({ tenantId: tenants.tenantId })
    .from(tenants)
    .where(eq(tenants.nameKey, name));
  if (!found) throw userNotFound(`${tenant}\\${username}`);

  await change(asServer(platform, found.tenantId), async (tx, changes) => {
    const changed = await tx
      .update(users)
      .set({ passwordHash, lastModifiedAt: platform.clock(), lastModifiedBy: 'system' })
      .where(userNamed(found.tenantId, username))
      .returning({ id: users.id });
    if (!changed.length) throw userNotFound(username);
    await endSessionsOf(tx, found.tenantId, changed[0]!.id);
    changes.settings();
    changes.record({ type: 'user.password-set', subjects: [username] });
  });
}
