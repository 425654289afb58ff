import { and, desc, eq, inArray, lte } from 'drizzle-orm';
import { sessions } from '../../../database/tables/sessions.ts';
import { forbidden } from '../../../errors.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { digestOf, newSecret } from '../api-keys/key.ts';
import { lockAccount } from '../users/user.ts';
import { writeSessionToken } from './token.ts';

const HOURS = 12;
/** Sessions of one account; another ends the oldest. */
const MOST = 100;

/**
 * Signs the caller, who gave a password, in for twelve hours; the token is in the answer and nowhere else. It ends
 * sooner with the account and with its password.
 * @throws FORBIDDEN unless the caller signed in by an account's password
 */
export async function beginSession(context: Context): Promise<{ token: string; expiresAt: Date }> {
  const { tenantId, username, kind } = context.caller;
  if (kind !== 'USER') throw forbidden('to sign in by a password');
  const now = context.clock();
  const expiresAt = new Date(now.getTime() + HOURS * 3_600_000);
  const secret = newSecret();

  return change(context, async (tx, changes) => {
    const userId = await lockAccount(tx, tenantId, username);
    const ofUser = and(eq(sessions.tenantId, tenantId), eq(sessions.userId, userId));
    await tx.delete(sessions).where(and(ofUser, lte(sessions.expiresAt, now)));
    const oldest = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(ofUser)
      .orderBy(desc(sessions.expiresAt), desc(sessions.id))
      .offset(MOST - 1);
    const ended = await tx
      .delete(sessions)
      .where(and(ofUser, inArray(sessions.id, oldest)))
      .returning({ id: sessions.id });
    if (ended.length) changes.settings();
    const [created] = await tx
      .insert(sessions)
      .values({ tenantId, userId, digest: digestOf(secret), expiresAt })
      .returning({ id: sessions.id });
    changes.record({ type: 'session.begun', subjects: [username] });
    return { token: writeSessionToken({ tenantId, id: created!.id, secret }), expiresAt };
  });
}
