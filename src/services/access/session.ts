import { and, eq, sql } from 'drizzle-orm';
import { prepared } from '../../database/prepared.ts';
import { sessions } from '../../database/tables/sessions.ts';
import { tenants } from '../../database/tables/tenants.ts';
import { users } from '../../database/tables/users.ts';
import { unauthenticated } from '../../errors.ts';
import type { Platform } from '../shared/context.ts';
import { ACCOUNT_COLUMNS, callerOf } from './account.ts';
import { isDigestOf } from './api-keys/key.ts';
import type { Scheme } from './scheme.ts';
import { readSessionToken } from './sessions/token.ts';

const sessionById = prepared((database) =>
  database
    .select({ ...ACCOUNT_COLUMNS, digest: sessions.digest, expiresAt: sessions.expiresAt })
    .from(sessions)
    .innerJoin(users, and(eq(users.tenantId, sessions.tenantId), eq(users.id, sessions.userId)))
    .innerJoin(tenants, eq(tenants.tenantId, sessions.tenantId))
    .where(and(eq(sessions.tenantId, sql.placeholder('tenantId')), eq(sessions.id, sql.placeholder('id'))))
    .prepare('session_by_id'),
);

/** Signs accounts in by the session that they began with their password. */
export const sessionScheme =
  ({ database, clock }: Platform): Scheme =>
  async (token, attempt) => {
    const parts = readSessionToken(token);
    if (!parts) throw unauthenticated('token');
    attempt.tenantId = parts.tenantId;
    const [session] = await sessionById(database).execute({ tenantId: parts.tenantId, id: parts.id });
    if (!session || !isDigestOf(session.digest, parts.secret) || session.expiresAt <= clock())
      throw unauthenticated('token');
    return { ...callerOf(session), until: session.expiresAt };
  };
