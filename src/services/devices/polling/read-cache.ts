import { LRUCache } from 'lru-cache';
import type { Tenant } from '../../platform/tenants/registry.ts';

/** What is kept of a device: of the tenant as it was, and when it was read, on the monotonic clock. */
export interface CachedRead {
  tenant: Tenant;
  readAt: number;
}

/** What was read of devices, by their names, for as long as it may be trusted. */
export interface ReadCache<T extends CachedRead> {
  peek(tenant: Tenant, controllerId: string): T | undefined;
  /** Reads it and remembers it; undefined where there is none. */
  read(tenant: Tenant, controllerId: string): Promise<T | undefined>;
  forget(tenantId: number, controllerIds: readonly string[]): void;
  /** Keeps what is remembered, but not what is being read, of these or of all. */
  overtake(tenantId: number, controllerIds?: readonly string[]): void;
  clear(): void;
  size(): number;
}

/** Bounds what a crash between a change's commit and its announcement leaves behind. */
const TRUSTED_MS = 60_000;

export function openReadCache<T extends CachedRead>(
  capacity: number,
  trustworthy: (found: T) => boolean,
  fetch: (tenant: Tenant, controllerId: string) => Promise<T | undefined>,
): ReadCache<T> {
  const known = new LRUCache<string, T>({ max: capacity });
  /** Reads under way; one that a change overtakes is taken out, and its result isn't kept. */
  const reads = new Map<string, Promise<T | undefined>>();
  return {
    size: () => known.size,
    peek(tenant, controllerId) {
      const found = known.get(keyOf(tenant.tenantId, controllerId));
      const trusted =
        found !== undefined &&
        found.tenant === tenant &&
        performance.now() - found.readAt < TRUSTED_MS &&
        trustworthy(found);
      return trusted ? found : undefined;
    },
    read(tenant, controllerId) {
      const key = keyOf(tenant.tenantId, controllerId);
      const underWay = reads.get(key);
      if (underWay) return underWay;
      const reading = fetch(tenant, controllerId).then(
        (found) => {
          const current = reads.get(key) === reading;
          if (current) reads.delete(key);
          if (current && found) known.set(key, found);
          return found;
        },
        (error) => {
          if (reads.get(key) === reading) reads.delete(key);
          throw error;
        },
      );
      reads.set(key, reading);
      return reading;
    },
    forget(tenantId, controllerIds) {
      for (const id of controllerIds) {
        known.delete(keyOf(tenantId, id));
        reads.delete(keyOf(tenantId, id));
      }
    },
    overtake(tenantId, controllerIds) {
      if (!reads.size) return;
      if (controllerIds) for (const id of controllerIds) reads.delete(keyOf(tenantId, id));
      else for (const key of reads.keys()) if (key.startsWith(`${tenantId}/`)) reads.delete(key);
    },
    clear() {
      known.clear();
      reads.clear();
    },
  };
}

const keyOf = (tenantId: number, controllerId: string) => `${tenantId}/${controllerId}`;
