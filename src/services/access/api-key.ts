import { and, eq, sql } from 'drizzle-orm';
import { prepared } from '../../database/prepared.ts';
import { apiKeys } from '../../database/tables/api-keys.ts';
import { tenants } from '../../database/tables/tenants.ts';
import { users } from '../../database/tables/users.ts';
import { unauthenticated } from '../../errors.ts';
import type { Caller, Platform } from '../shared/context.ts';
import { isDigestOf, readKey } from './api-keys/key.ts';
import { effectivePermissions, intersection, isBuiltIn, narrowed } from './grants.ts';
import { permissionsOfRoles } from './roles/role.ts';
import type { Scheme } from './scheme.ts';

const ofTenant = sql.placeholder('tenantId');
export const keyById = prepared((database) =>
  database
    .select({
      tenantId: apiKeys.tenantId,
      id: apiKeys.id,
      tenantName: tenants.name,
      name: apiKeys.name,
      digest: apiKeys.digest,
      permissions: apiKeys.permissions,
      roles: apiKeys.roles,
      rolePermissions: permissionsOfRoles(ofTenant, apiKeys.roles),
      scope: apiKeys.scope,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      owner: {
        username: users.username,
        permissions: users.permissions,
        roles: users.roles,
        rolePermissions: permissionsOfRoles(ofTenant, users.roles),
      },
    })
    .from(apiKeys)
    .innerJoin(users, and(eq(users.tenantId, apiKeys.tenantId), eq(users.id, apiKeys.ownerId)))
    .innerJoin(tenants, eq(tenants.tenantId, apiKeys.tenantId))
    .where(and(eq(apiKeys.tenantId, ofTenant), eq(apiKeys.id, sql.placeholder('id'))))
    .prepare('api_key_by_id'),
);

/** Signs programs in by an API key: they act for its owner, with no more permissions than the owner has now. */
export const apiKeyScheme =
  ({ database, clock, keyUses }: Platform): Scheme =>
  async (token, attempt) => {
    const parts = readKey(token);
    if (!parts) throw unauthenticated('token');
    const { tenantId, id } = parts;
    attempt.tenantId = tenantId;
    const [key] = await keyById(database).execute({ tenantId, id });
    if (!key) throw unauthenticated('token');
    attempt.claimed = actorOf(key);
    if (!isDigestOf(key.digest, parts.secret)) throw unauthenticated('token');
    const now = clock();
    const caller = callerOfKey(key, now);
    if (!caller) throw unauthenticated('token');
    keyUses.note({ tenantId, id, lastUsedAt: key.lastUsedAt }, now);
    return caller;
  };

type Key = Awaited<ReturnType<ReturnType<typeof keyById>['execute']>>[number];

const actorOf = ({ tenantId, name, owner }: Key) =>
  ({ tenantId, username: owner.username, kind: 'API_KEY', apiKey: name }) as const;

/** Who acts by a key, as far as it may do something now; undefined once the key has expired. */
export function callerOfKey(key: Key, now: Date): Caller | undefined {
  if (key.expiresAt && key.expiresAt <= now) return undefined;
  const own = grantedTo(key.owner);
  const lent = grantedTo(key);
  return {
    ...actorOf(key),
    apiKeyId: key.id,
    tenantName: key.tenantName,
    roles: new Set(lent.roles.filter((role) => own.roles.includes(role))),
    permissions: intersection(narrowed(lent.permissions, key.scope), own.permissions),
    account: own.permissions,
    ...(key.expiresAt && { until: key.expiresAt }),
  };
}

function grantedTo(holder: { permissions: string[]; roles: string[]; rolePermissions: string[] }) {
  const roles = holder.roles.filter(isBuiltIn);
  return {
    roles,
    permissions: effectivePermissions([...holder.permissions, ...holder.rolePermissions], roles),
  };
}
