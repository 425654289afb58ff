import { and, eq, type SQL } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { apiKeys } from '../../../database/tables/api-keys.ts';
import { users } from '../../../database/tables/users.ts';
import { forbidden } from '../../../errors.ts';
import type { Caller, Context } from '../../shared/context.ts';
import { prefixOf } from './key.ts';

/** An API key as callers get it; the key itself is shown only when it is made. */
export interface ApiKey {
  id: number;
  name: string;
  /** What of the key is no secret. */
  prefix: string;
  /** The account that it acts for. */
  ownerId: number;
  /** The username of that account. */
  owner: string;
  permissions: string[];
  roles: string[];
  scope: string | null;
  expiresAt: Date | null;
  /** Up to an hour behind. */
  lastUsedAt: Date | null;
  createdAt: Date;
  createdBy: string;
}

/** Adds what follows from the id. */
export const keyView =
  ({ tenantId }: Caller) =>
  (row: Omit<ApiKey, 'prefix'>): ApiKey => ({ ...row, prefix: prefixOf({ tenantId, id: row.id }) });

/** The keys, to be narrowed by a condition. */
export const selectKeys = (database: Database | Transaction) =>
  database
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      ownerId: apiKeys.ownerId,
      owner: users.username,
      permissions: apiKeys.permissions,
      roles: apiKeys.roles,
      scope: apiKeys.scope,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      createdAt: apiKeys.createdAt,
      createdBy: apiKeys.createdBy,
    })
    .from(apiKeys)
    .innerJoin(users, and(eq(users.tenantId, apiKeys.tenantId), eq(users.id, apiKeys.ownerId)))
    .$dynamic();

/**
 * Those that the caller may see and end: with TENANT_ADMIN all of the tenant, else those of the account that signed
 * in by its password.
 * @throws FORBIDDEN
 */
export function visibleKeys(context: Context): SQL | undefined {
  const { tenantId, username, kind, roles } = context.caller;
  const ofTenant = eq(apiKeys.tenantId, tenantId);
  if (roles.has('TENANT_ADMIN')) return ofTenant;
  if (kind !== 'USER') throw forbidden('TENANT_ADMIN');
  return and(ofTenant, eq(users.username, username));
}
