import { and, eq, sql } from 'drizzle-orm';
import { prepared } from '../../database/prepared.ts';
import { sessions } from '../../database/tables/sessions.ts';
import { tenants } from '../../database/tables/tenants.ts';
import { users } from '../../database/tables/users.ts';
import { unauthenticated } from '../../errors.ts';
import type { Platform } from '../shared/context.ts';
import { accountColumns, callerOf } from './account.ts';
import { isDigestOf } from './api-keys/key.ts';
import { callerOfIssuer } from './oidc.ts';
import { permissionsOfRoles } from './roles/role.ts';
import type { Scheme } from './scheme.ts';
import { readSessionToken } from './sessions/token.ts';

const ofTenant = sql.placeholder('tenantId');
const sessionById = prepared((database) =>
  database
    .select({
      account: accountColumns(ofTenant),
      named: {
        tenantId: tenants.tenantId,
        tenantName: tenants.name,
        username: sessions.username,
        roles: sessions.roles,
        rolePermissions: permissionsOfRoles(ofTenant, sessions.roles),
      },
      digest: sessions.digest,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .leftJoin(users, and(eq(users.tenantId, sessions.tenantId), eq(users.id, sessions.userId)))
    .innerJoin(tenants, eq(tenants.tenantId, sessions.tenantId))
    .where(and(eq(sessions.tenantId, ofTenant), eq(sessions.id, sql.placeholder('id'))))
    .prepare('session_by_id'),
);

/** Which sessions count: those that began with a password, or at an issuer. */
export interface SessionKinds {
  password: boolean;
  issuer: boolean;
}

/** Signs callers in by the session that they began. */
export const sessionScheme =
  ({ database, clock }: Platform, kinds: SessionKinds): Scheme =>
  async (token, attempt) => {
    const parts = readSessionToken(token);
    if (!parts) throw unauthenticated('token');
    attempt.tenantId = parts.tenantId;
    const [session] = await sessionById(database).execute({ tenantId: parts.tenantId, id: parts.id });
    if (!session || !isDigestOf(session.digest, parts.secret) || session.expiresAt <= clock())
      throw unauthenticated('token');
    const { account, named } = session;
    const { username, roles } = named;
    const isByIssuer = username !== null && roles !== null;
    if (!kinds[isByIssuer ? 'issuer' : 'password']) throw unauthenticated('token');
    const caller = isByIssuer
      ? callerOfIssuer({ ...named, username, roles })
      : callerOf(account as Parameters<typeof callerOf>[0]);
    return { ...caller, until: session.expiresAt };
  };
