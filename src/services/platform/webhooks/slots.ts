import { LRUCache } from 'lru-cache';
import type { WebhookKey } from './find.ts';

/** Webhooks of either kind that one process sends to at once, and how many of them may belong to one tenant. */
const PLACES = 16;
const PLACES_A_TENANT = 4;
/** A turn that takes longer has a slow receiver: that of a quick one ends a little after `TURN_MS`. */
const SLOW_AFTER_MS = 3_000;
/** Slow receivers that are remembered, and for how long. */
const REMEMBERED_AT_MOST = 10_000;
const REMEMBERED_MS = 600_000;

interface Place {
  tenantId: number;
  since: number;
  /** Known as slow before its turn began. */
  slow: boolean;
}

export interface Slots {
  /** A slot for a turn of this webhook, to be freed when the turn ends; undefined while there is none. */
  take(key: WebhookKey): { free(): void } | undefined;
}

/**
 * Shares the slots of a process among webhooks, so that slow receivers don't block others, of the same tenant or
 * another. Slow receivers have their own slots; one that becomes slow during its turn counts as slow from then on. A
 * tenant has at most some slots of each kind. `now` is in milliseconds.
 */
export function openSlots(now: () => number = () => performance.now()): Slots {
  const taken = new Set<Place>();
  const slowReceivers = new LRUCache<string, true>({ max: REMEMBERED_AT_MOST, ttl: REMEMBERED_MS });
  const isLate = ({ since }: Place) => now() - since > SLOW_AFTER_MS;

  return {
    take({ tenantId, id }) {
      const name = `${tenantId}/${id}`;
      const slow = slowReceivers.has(name);
      const ofKind = [...taken].filter((place) => slow === (place.slow || isLate(place)));
      const ofTenant = ofKind.filter((place) => place.tenantId === tenantId);
      if (taken.size >= 2 * PLACES || ofKind.length >= PLACES || ofTenant.length >= PLACES_A_TENANT)
        return undefined;
      const place = { tenantId, slow, since: now() };
      taken.add(place);
      return {
        free() {
          taken.delete(place);
          if (isLate(place)) slowReceivers.set(name, true);
          else slowReceivers.delete(name);
        },
      };
    },
  };
}
