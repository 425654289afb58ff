import { LRUCache } from 'lru-cache';
import { tooManyReports } from '../../errors.ts';
import type { Device } from './device-cache.ts';

/** What a device may write, in its smallest reports: so many at once, and then so many a minute. */
export interface WriteRates {
  atOnce: number;
  perMinute: number;
}

type Writer = Pick<Device, 'tenant' | 'targetId'>;

/** Counts what each device writes, so that none can fill the disk. Of this process: with several each counts for itself. */
export interface Writes {
  /** @throws TOO_MANY_REPORTS while the device has written more than it may */
  requireRoom(device: Writer): void;
  /** Counts a report of any size: what is too much is waited for afterwards. What came of nothing is given back, as less than 0. */
  count(device: Writer, size: number): void;
}

/** Devices that wrote last; whoever is forgotten begins anew. */
const REMEMBERED = 100_000;

export function openWrites({ atOnce, perMinute }: WriteRates, now = () => performance.now()): Writes {
  const perMs = perMinute / 60_000;
  const rooms = new LRUCache<string, { left: number; since: number }>({ max: REMEMBERED });
  const roomOf = (key: string) => {
    const { left, since } = rooms.get(key) ?? { left: atOnce, since: now() };
    return Math.min(atOnce, left + (now() - since) * perMs);
  };
  return {
    requireRoom(device) {
      const room = roomOf(keyOf(device));
      if (room <= 0) throw tooManyReports(Math.max(1, Math.ceil(-room / perMs / 1_000)));
    },
    count(device, size) {
      const key = keyOf(device);
      rooms.set(key, { left: roomOf(key) - size, since: now() });
    },
  };
}

const keyOf = ({ tenant, targetId }: Writer) => `${tenant.tenantId}/${targetId}`;
