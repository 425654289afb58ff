import type { z } from 'zod';
import { apiKeys } from '../../../database/tables/api-keys.ts';
import { invalid } from '../../../errors.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { added } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { splitGrant } from '../grants.ts';
import { requireRole } from '../permissions.ts';
import { requireFilterWhollyReadable } from '../readable-fields.ts';
import { lockGrantedRoles } from '../roles/role.ts';
import { fieldsOf } from '../scopes.ts';
import { findNamesake, findUsers } from '../users/find.ts';
import { lockUser, requireCallerHas } from '../users/user.ts';
import { type ApiKey, keyView } from './api-key.ts';
import { NewApiKey } from './input.ts';
import { digestOf, newSecret, writeKey } from './key.ts';

export type CreateApiKey = z.input<typeof NewApiKey>;

/**
 * Creates a key for a program that acts for an account: the caller's own, or with TENANT_ADMIN any. Nobody can give it
 * more than they have. The key is only in this answer.
 * @throws API_KEY_ALREADY_EXISTS, USER_NOT_FOUND, INVALID_INPUT; FORBIDDEN also if the owner has what the caller
 *   doesn't, or a scope asks for what the caller may not read.
 */
export async function createApiKey(
  context: Context,
  input: CreateApiKey,
): Promise<{ apiKey: ApiKey; key: string }> {
  const { caller } = context;
  if (caller.kind !== 'USER') requireRole(context, 'TENANT_ADMIN');
  const { ownerId: givenOwner, builtInRoles, roleIds, ...key } = parse(NewApiKey, input);
  requireCallerHas(caller, { ...key, roles: builtInRoles });
  requireScopesReadable(context, [
    ...key.permissions,
    ...(key.scope === null ? [] : [`READ_TARGET/${key.scope}`]),
  ]);
  const ownerId = await ownerFor(context, givenOwner);
  const now = context.clock();
  if (key.expiresAt && key.expiresAt <= now) throw invalid('expiresAt: must be in the future', ['expiresAt']);

  return change(context, async (tx, changes) => {
    const { username: owner } = await lockUser(tx, caller, { id: ownerId, path: ['ownerId'] });
    const fromRoles = await lockGrantedRoles(tx, caller.tenantId, roleIds);
    requireCallerHas(caller, { permissions: fromRoles.permissions });
    requireScopesReadable(context, fromRoles.permissions);
    const granted = { ...key, roles: [...builtInRoles, ...fromRoles.names] };
    const secret = newSecret();
    const { tenantId } = caller;
    const authorship = { createdAt: now, createdBy: caller.username };
    const [created] = await tx
      .insert(apiKeys)
      .values({ tenantId, ownerId, digest: digestOf(secret), ...granted, ...authorship })
      .returning({ id: apiKeys.id, expiresAt: apiKeys.expiresAt, lastUsedAt: apiKeys.lastUsedAt });
    changes.record({
      type: 'api-key.created',
      subjects: [key.name],
      changes: added({ ...granted, owner }),
    });
    return {
      apiKey: keyView(caller)({ ...granted, ...created!, ...authorship, ownerId, owner }),
      key: writeKey({ tenantId, id: created!.id, secret }),
    };
  });
}

/** Everyone may choose themselves, a TENANT_ADMIN anybody. Unless chosen it is the account with the caller's name. */
async function ownerFor(context: Context, given: number | null | undefined): Promise<number> {
  if (given == null) return (await findNamesake(context)).id;
  // It refuses another's without TENANT_ADMIN.
  await findUsers(context, [given]);
  return given;
}

/**
 * A scope that asks for other entities, for example sets, tells its owner about them. So new filters may ask only for
 * what the caller may read. @throws FORBIDDEN
 */
function requireScopesReadable(context: Context, grants: readonly string[]): void {
  for (const { permission, filter } of grants.map(splitGrant)) {
    const fields = fieldsOf(permission);
    if (filter === null || !fields || context.caller.permissions.get(permission)?.includes(filter)) continue;
    requireFilterWhollyReadable(context, fields, parseFilter(filter));
  }
}
