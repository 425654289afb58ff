import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Actor, Context, Platform } from '../../shared/context.ts';

/**
 * What the server assigns with in the place of who set up an auto-assignment: it reaches the targets that they reached, and
 * no others.
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
