import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { sessions } from '../../../database/tables/sessions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { digestOf } from '../api-keys/key.ts';
import { readSessionToken } from './token.ts';

/** Ends the session of a token at once, in every process. There may be none any more. */
export async function endSession(context: Context, token: string): Promise<void> {
  const parts = readSessionToken(token);
  if (!parts) return;
  const { tenantId, username } = context.caller;

  await change(context, async (tx, changes) => {
    const ended = await tx
      .delete(sessions)
      .where(
        and(
          eq(sessions.tenantId, tenantId),
          eq(sessions.id, parts.id),
          eq(sessions.digest, digestOf(parts.secret)),
        ),
      )
      .returning({ id: sessions.id });
    if (!ended.length) return;
    changes.settings();
    changes.record({ type: 'session.ended', subjects: [username] });
  });
}

/** Ends all sessions of an account: another password ends them. The caller announces it. */
export const endSessionsOf = (tx: Transaction, tenantId: number, userId: number): Promise<unknown> =>
  tx.delete(sessions).where(and(eq(sessions.tenantId, tenantId), eq(sessions.userId, userId)));
