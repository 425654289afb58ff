import type { Announcements } from '../../platform/announcements.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { boundedCache } from '../../shared/bounded-cache.ts';

/**
 * The devices that the database was asked for a moment ago because of a wrong token. Devices that don't exist count the
 * same, so that nobody can find out which devices there are.
 */
export interface RecentLookups {
  /** The last look-up, if it is so recent that another would find nothing new. */
  recent(tenant: Tenant, controllerId: string): Lookup | undefined;
  /** To be called before the database is asked, so that a later change ends it. */
  begin(tenant: Tenant, controllerId: string): Lookup;
  /** The token was right after all. */
  forget(tenant: Tenant, controllerId: string): void;
}

export interface Lookup {
  tenant: Tenant;
  at: number;
  /** Whether no such device was found. */
  foundNone: boolean;
}

/** At most one look-up of the same device in this time. */
const LOOK_EVERY_MS = 1_000;
const REMEMBERED = 20_000;

export function openRecentLookups(announcements: Announcements, everyMs = LOOK_EVERY_MS): RecentLookups {
  const looks = boundedCache<string, Lookup>(REMEMBERED);
  // Without names any device may have changed: each costs one more look-up.
  const end = ({ tenantId, controllerIds }: { tenantId: number; controllerIds?: readonly string[] }) => {
    if (controllerIds) for (const id of controllerIds) looks.delete(keyOf(tenantId, id));
    else looks.clear();
  };
  announcements.subscribe({ changed: end, created: end, everything: () => looks.clear() });
  return {
    recent(tenant, controllerId) {
      const look = looks.get(keyOf(tenant.tenantId, controllerId));
      const isYoung = look !== undefined && performance.now() - look.at < everyMs;
      return isYoung && look.tenant === tenant && announcements.trustworthy() ? look : undefined;
    },
    begin(tenant, controllerId) {
      const look = { tenant, at: performance.now(), foundNone: false };
      looks.set(keyOf(tenant.tenantId, controllerId), look);
      return look;
    },
    forget: ({ tenantId }, controllerId) => void looks.delete(keyOf(tenantId, controllerId)),
  };
}

const keyOf = (tenantId: number, controllerId: string) => `${tenantId}/${controllerId}`;
