import type { Caller, Platform } from '../shared/context.ts';
import { callerOf } from './account.ts';
import { callerOfKey, keyById } from './api-key.ts';
import { accountByName } from './basic.ts';
import { effectivePermissions, type Grants, grantsIn, intersection, type Permission } from './grants.ts';

/** A caller as it is stored with something that needs no other credentials, for example an upload link. */
export interface StoredCaller {
  tenantId: number;
  username: string;
  /** False if an issuer's token named the caller: it needs no account. */
  hasAccount: boolean;
  /** Null unless an API key acted for the account. */
  apiKeyId: number | null;
  /** What it may be used for, as it was granted then. */
  grants: string[];
}

/** The caller to store, with only the permissions that are needed later. */
export const storedCallerOf = (
  { tenantId, username, kind, apiKeyId, permissions }: Caller,
  usable: readonly Permission[],
): StoredCaller => ({
  tenantId,
  username,
  hasAccount: kind !== 'TOKEN',
  apiKeyId: apiKeyId ?? null,
  grants: grantsIn(new Map([...permissions].filter(([permission]) => usable.includes(permission)))),
});

/**
 * Signs a stored caller in again, with those of the stored permissions that it still has. For a caller of an issuer's
 * token they can't be checked again. Undefined if the account or the API key is gone.
 */
export async function restoreCaller(platform: Platform, holder: StoredCaller): Promise<Caller | undefined> {
  const granted = effectivePermissions(holder.grants, []);
  const caller = await callerNow(platform, holder, granted);
  return caller && { ...caller, permissions: intersection(granted, caller.permissions) };
}

async function callerNow(
  { database, clock, tenants }: Platform,
  { tenantId, username, hasAccount, apiKeyId }: StoredCaller,
  granted: Grants,
): Promise<Caller | undefined> {
  if (apiKeyId !== null) {
    const [key] = await keyById(database).execute({ tenantId, id: apiKeyId });
    return key && callerOfKey(key, clock());
  }
  const { name: tenantName } = await tenants.byId(tenantId);
  if (!hasAccount)
    return { tenantId, tenantName, username, kind: 'TOKEN', roles: new Set(), permissions: granted };
  const [account] = await accountByName(database).execute({ tenantId, username });
  return account && callerOf(account);
}
