import { and, desc, eq, inArray, lte } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { sessions } from '../../../database/tables/sessions.ts';
import { forbidden } from '../../../errors.ts';
import { type Changes, change } from '../../shared/change.ts';
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
  return change(context, async (tx, changes) =>
    insertSession(context, { tx, changes }, { userId: await lockAccount(tx, tenantId, username) }),
  );
}

/**
 * Signs the caller, whom an issuer has named with these roles and permissions, in for twelve hours. They are kept as
 * they are now; what a role of the tenant allows is read each time.
 * @throws FORBIDDEN unless an issuer named the caller
 */
export async function beginSessionByIssuer(
  context: Context,
  roles: string[],
): Promise<{ token: string; expiresAt: Date }> {
  const { username, kind } = context.caller;
  if (kind !== 'TOKEN') throw forbidden('to sign in at the issuer');
  return change(context, (tx, changes) => insertSession(context, { tx, changes }, { username, roles }));
}

type Whose = { userId: number } | { username: string; roles: string[] };

async function insertSession(
  context: Context,
  { tx, changes }: { tx: Transaction; changes: Changes },
  whose: Whose,
): Promise<{ token: string; expiresAt: Date }> {
  const { tenantId, username } = context.caller;
  const now = context.clock();
  const expiresAt = new Date(now.getTime() + HOURS * 3_600_000);
  const secret = newSecret();

  const ofUser = and(
    eq(sessions.tenantId, tenantId),
    'userId' in whose ? eq(sessions.userId, whose.userId) : eq(sessions.username, whose.username),
  );
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
    .values({ tenantId, ...whose, digest: digestOf(secret), expiresAt })
    .returning({ id: sessions.id });
  changes.record({ type: 'session.begun', subjects: [username] });
  return { token: writeSessionToken({ tenantId, id: created!.id, secret }), expiresAt };
}
