import { hash } from 'node:crypto';
import { formatDuration } from '../../platform/tenants/durations.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';

const LONGEST = 86_399;

/**
 * The seconds a device shall wait. Where a deviation is set, they are spread over the devices, but always the
 * same for one device and one configuration: else no ETag would hold.
 * @param override the index of the polling override that rules the device, -1 where none does
 */
export function intervalOf({ settings: { polling } }: Tenant, id: number, override = -1): number {
  const { seconds, deviation } = polling.overrides[override] ?? polling;
  if (!deviation) return seconds;
  const draw = Number.parseInt(hash('sha1', `${id} ${seconds} ${deviation}`).slice(0, 8), 16) / 0xffffffff;
  const spread = (seconds * deviation) / 100;
  return Math.min(Math.max(Math.round(seconds - spread + 2 * spread * draw), 1), LONGEST);
}

const texts = new Map<number, string>();

/** The same as devices are told it. A fleet has few intervals, of which each device would keep a copy. */
export function sleepOf(interval: number): string {
  const known = texts.get(interval) ?? formatDuration(interval);
  if (interval <= LONGEST) texts.set(interval, known);
  return known;
}

const SHORTEST = 30;

/** The same for a device that is to ask some times more before its maintenance window opens. */
export function intervalBefore(
  { settings: { pollsBeforeWindow } }: Tenant,
  interval: number,
  opensAt: Date | null,
  now: Date,
): number {
  if (!opensAt || pollsBeforeWindow < 1) return interval;
  const share = Math.floor((opensAt.getTime() - now.getTime()) / 1000 / pollsBeforeWindow);
  return Math.min(interval, Math.max(share, SHORTEST));
}
