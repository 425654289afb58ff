import type { Tenant } from '../../platform/tenants/registry.ts';

/** What was read of a device, with the tenant at that time. */
export interface CachedRead {
  tenant: Tenant;
}

/** A cache of what was read of devices, by controllerId. */
export interface ReadCache<T extends CachedRead> {
  peek(tenant: Tenant, controllerId: string): T | undefined;
  /** Reads it and remembers it; undefined where there is none. */
  read(tenant: Tenant, controllerId: string): Promise<T | undefined>;
  forget(tenantId: number, controllerIds: readonly string[]): void;
  /** Discards reads that are under way, for these devices or for all; what is in the cache stays. */
  overtake(tenantId: number, controllerIds?: readonly string[]): void;
  clear(): void;
  size(): number;
}

export function openReadCache<T extends CachedRead>(
  capacity: number,
  trustworthy: (found: T) => boolean,
  fetch: (tenant: Tenant, controllerId: string) => Promise<T | undefined>,
): ReadCache<T> {
  const known = openMemory<T>(capacity);
  /** Reads under way; one that a change overtakes is taken out, and its result isn't kept. */
  const reads = new Map<string, Promise<T | undefined>>();
  return {
    size: known.size,
    peek(tenant, controllerId) {
      const found = known.get(keyOf(tenant.tenantId, controllerId));
      return found !== undefined && found.tenant === tenant && trustworthy(found) ? found : undefined;
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

/**
 * What was remembered first is forgotten first: a fleet polls in turns, so that to note each use would gain nothing, but
 * take memory for every device and time for every poll.
 */
function openMemory<T>(capacity: number) {
  const known = new Map<string, T>();
  let keys = known.keys();
  const forgetOldest = () => {
    let { done, value } = keys.next();
    if (done) {
      keys = known.keys();
      value = keys.next().value;
    }
    known.delete(value!);
  };
  return {
    size: () => known.size,
    get: (key: string) => known.get(key),
    set(key: string, value: T) {
      if (!known.has(key) && known.size >= capacity) forgetOldest();
      known.set(ofItsOwn(key), value);
    },
    delete: (key: string) => void known.delete(key),
    clear() {
      known.clear();
      keys = known.keys();
    },
  };
}

/** The same text without the texts that it was made of: they would stay in memory with it. */
const ofItsOwn = (key: string) => Buffer.from(key).toString();

const keyOf = (tenantId: number, controllerId: string) => `${tenantId}/${controllerId}`;
