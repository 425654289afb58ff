import { boundedCache } from '../../shared/bounded-cache.ts';

/** Slow receivers that are remembered, and for how long. */
const REMEMBERED_AT_MOST = 10_000;
const REMEMBERED_MS = 600_000;

interface Place {
  tenantId: number;
  id: number;
  since: number;
  /** Known as slow before its turn began. */
  slow: boolean;
}

/** What names a receiver. */
export interface ReceiverKey {
  tenantId: number;
  id: number;
}

export interface SlotLimits {
  /** Receivers of either kind, quick or slow, that one process sends to at once. */
  places: number;
  /** How many of them may belong to one tenant. */
  ofTenant: number;
  /** How many may be of one receiver; as many as a tenant may have unless given. */
  ofReceiver?: number;
  /** How many turns of a receiver are under way in other processes; none unless given. */
  elsewhere?: (receiver: string) => number;
  /** A turn that takes longer has a slow receiver. */
  slowAfterMs: number;
  /** In milliseconds. */
  now?: () => number;
}

export const nameOfReceiver = ({ tenantId, id }: ReceiverKey): string => `${tenantId}/${id}`;

export interface Slots {
  /** A slot for a turn of this receiver, to be freed when the turn ends; undefined while there is none. */
  take(key: ReceiverKey): { free(): void } | undefined;
}

/**
 * Shares the slots of a process among receivers, so that slow ones don't block others, of the same tenant or another.
 * Slow receivers have their own slots; one that becomes slow during its turn counts as slow from then on. A tenant has
 * at most some slots of each kind.
 */
export function openSlots({
  places,
  ofTenant,
  ofReceiver = ofTenant,
  elsewhere = () => 0,
  slowAfterMs,
  now = () => performance.now(),
}: SlotLimits): Slots {
  const taken = new Set<Place>();
  const slowReceivers = boundedCache<string, true>(REMEMBERED_AT_MOST, { ttl: REMEMBERED_MS });
  const isLate = ({ since }: Place) => now() - since > slowAfterMs;

  return {
    take(key) {
      const { tenantId, id } = key;
      const name = nameOfReceiver(key);
      const slow = slowReceivers.has(name);
      const alike = [...taken].filter((place) => slow === (place.slow || isLate(place)));
      const ofSameTenant = alike.filter((place) => place.tenantId === tenantId);
      const isFull =
        taken.size >= 2 * places ||
        alike.length >= places ||
        ofSameTenant.length >= ofTenant ||
        ofSameTenant.filter((place) => place.id === id).length + elsewhere(name) >= ofReceiver;
      if (isFull) return undefined;
      const place = { tenantId, id, slow, since: now() };
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
