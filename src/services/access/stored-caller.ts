import type { Caller, Platform } from '../shared/context.ts';
import { callerOf } from './account.ts';
import { callerOfKey, keyById } from './api-key.ts';
import { accountByName } from './basic.ts';
import { effectivePermissions, type Grants, grantsIn, intersection, type Permission } from './grants.ts';

/** Somebody to whom something was handed out that asks for no other credentials, as it is stored. */
export interface StoredCaller {
  tenantId: number;
  username: string;
  /** False for whom an issuer's token named: they need none. */
  hasAccount: boolean;
  /** Null unless an API key acted for the account. */
  apiKeyId: number | null;
  /** What it may be used for, as it was granted then. */
  grants: string[];
}

/** Who has what is handed out now, and may use it by these permissions. */
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
 * Signs a holder in again: with what was granted then, and only as far as it still is. What an issuer's token granted
 * can't be asked again: it ends with the token. Undefined where the account or the API key is gone.
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
  const [account] = await accountByName(database).execute({ tenant: tenantName.toLowerCase(), username });
  return account && callerOf(account);
}
