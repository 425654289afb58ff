import { tooManyReports } from '../../../errors.ts';
import type { WriteRates } from '../../platform/tenants/system-defaults.ts';
import { openBuckets, type SharedCounts } from '../../shared/buckets.ts';
import type { Device } from '../polling/device.ts';

type Writer = Pick<Device, 'tenant' | 'targetId'>;

/** Counts what each device writes, in all processes together, so that none can fill the disk. */
export interface Writes {
  /** @throws TOO_MANY_REPORTS while the device has written more than it may */
  requireRoom(device: Writer): void;
  /** Counts a report of any size: after too large a one the next has to wait longer. A negative size gives back. */
  count(device: Writer, size: number): void;
}

/** Devices that wrote last. */
const REMEMBERED = 100_000;

export function openWrites(
  counts: SharedCounts,
  { atOnce, perMinute }: WriteRates,
  now = () => performance.now(),
): Writes {
  const perMs = perMinute / 60_000;
  const limit = 'writes of a device';
  const buckets = openBuckets({ limit, counts, holds: atOnce, perMs, remembered: REMEMBERED, now });
  return {
    requireRoom(device) {
      const left = buckets.leftIn(keyOf(device));
      if (left <= 0) throw tooManyReports(Math.max(1, Math.ceil(-left / perMs / 1_000)));
    },
    count: (device, size) => buckets.spend(keyOf(device), size),
  };
}

const keyOf = ({ tenant, targetId }: Writer) => `${tenant.tenantId}/${targetId}`;
