import { traceParentNow } from '../../tracing/tracer.ts';
import type { Tenant } from '../platform/tenants/registry.ts';
import { type ActorContext, contextFor, type Platform } from '../shared/context.ts';

export interface CalledFrom {
  /** The device's URL, as targets keep it; the audit trail has the bare address. */
  address: string;
  requestId?: string | undefined;
}

/** The IP in a device's URL. */
export const bareAddressOf = (address: string): string => address.replace(/^http:\/\/\[?(.*?)\]?$/, '$1');

/** What a device makes changes with. */
export const asDevice = (
  platform: Platform,
  { tenantId }: Tenant,
  controllerId: string,
  { address, requestId }: CalledFrom,
): ActorContext =>
  contextFor(
    platform,
    { tenantId, username: controllerId, kind: 'DEVICE' },
    { channel: 'DEVICE_API', address: bareAddressOf(address), requestId, traceParent: traceParentNow() },
  );
