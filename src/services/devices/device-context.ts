import type { Tenant } from '../platform/tenants/registry.ts';
import type { ActorContext, Platform } from '../shared/context.ts';

/** What a device makes changes with. `address` is its URL, as targets keep it; the audit trail has the bare address. */
export const asDevice = (
  platform: Platform,
  { tenantId }: Tenant,
  controllerId: string,
  address: string,
): ActorContext => ({
  ...platform,
  caller: { tenantId, username: controllerId, kind: 'DEVICE' },
  origin: { channel: 'DEVICE_API', address: address.replace(/^http:\/\/\[?(.*?)\]?$/, '$1') },
});
