import { traceParentNow } from '../../tracing/tracer.ts';
import type { Tenant } from '../platform/tenants/registry.ts';
import type { ActorContext, Platform } from '../shared/context.ts';

export interface CalledFrom {
  /** The device's URL, as targets keep it; the audit trail has the bare address. */
  address: string;
  requestId?: string | undefined;
}

/** What a device makes changes with. */
export const asDevice = (
  platform: Platform,
  { tenantId }: Tenant,
  controllerId: string,
  { address, requestId }: CalledFrom,
): ActorContext => ({
  ...platform,
  caller: { tenantId, username: controllerId, kind: 'DEVICE' },
  origin: {
    channel: 'DEVICE_API',
    address: address.replace(/^http:\/\/\[?(.*?)\]?$/, '$1'),
    requestId,
    traceParent: traceParentNow(),
  },
});
