import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Actor, Context, Platform } from '../../shared/context.ts';

/**
 * What the server assigns with for an auto-assignment: only targets that were in the scope of the creator are in its
 * scope.
 */
export function creatorContext(
  platform: Platform,
  { tenantId, name }: Tenant,
  { initiatedBy, creatorScopes }: { initiatedBy: string; creatorScopes: readonly string[] | null },
): Context {
  const actor: Actor = { tenantId, username: initiatedBy, kind: 'SYSTEM' };
  return {
    ...platform,
    caller: {
      ...actor,
      tenantName: name,
      roles: new Set(),
      permissions: new Map([
        ['UPDATE_TARGET', creatorScopes],
        ['READ_DISTRIBUTION_SET', null],
      ]),
    },
    origin: { channel: 'SERVER', address: null },
  };
}
