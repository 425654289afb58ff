import { hash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../database/connect.ts';
import { prepared } from '../../database/prepared.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { targetTokenRotations } from '../../database/tables/token-rotations.ts';
import type { Announcements } from '../announcements.ts';
import { joinedPolls, joinedTypes, pollOverride } from '../targets/target.ts';
import { formatDuration } from '../tenants/durations.ts';
import type { Tenant } from '../tenants/registry.ts';
import { type OwnTokens, tokenDigest } from './credentials.ts';

/** What a poll is answered from. */
export interface Device extends OwnTokens {
  tenant: Tenant;
  targetId: number;
  /** `HH:mm:ss`, the deviation included. */
  sleep: string;
  requestAttributes: boolean;
  /** Whether its first poll has been written. */
  seen: boolean;
  /** When it was read, on the monotonic clock: after a minute it is read again. */
  readAt: number;
  /** The newest poll that isn't written yet: milliseconds since 1970, and where it came from. */
  polledAt: number;
  address: string;
}

export interface DeviceCache {
  /** The device, if it is remembered and what is remembered may be trusted. */
  peek(tenant: Tenant, controllerId: string): Device | undefined;
  /** Reads the device and remembers it; undefined where there is no such target. */
  read(tenant: Tenant, controllerId: string): Promise<Device | undefined>;
  size(): number;
}

/** Bounds what a crash between a change's commit and its announcement leaves behind. */
const TRUSTED_MS = 60_000;

const DEVICE_COLUMNS = {
  targetId: targets.id,
  securityToken: targets.securityToken,
  requestAttributes: targets.requestAttributes,
  lastRequestAt: targetPolls.lastRequestAt,
  oldDigests: targetTokenRotations.oldDigests,
  oldUntil: targetTokenRotations.oldUntil,
  override: sql<number>`-1`,
};

const joinedRotations = and(
  eq(targetTokenRotations.tenantId, targets.tenantId),
  eq(targetTokenRotations.targetId, targets.id),
);

const findDevice = prepared((database: Database) =>
  database
    .select(DEVICE_COLUMNS)
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTokenRotations, joinedRotations)
    .where(
      and(
        eq(targets.tenantId, sql.placeholder('tenantId')),
        eq(targets.controllerId, sql.placeholder('controllerId')),
      ),
    )
    .prepare('device'),
);

export function openDeviceCache(
  database: Database,
  announcements: Announcements,
  clock: () => Date,
  capacity: number,
): DeviceCache {
  const devices = new LRUCache<string, Device>({ max: capacity });
  /** Reads under way; one that an announcement overtakes is taken out, and its result isn't kept. */
  const reads = new Map<string, Promise<Device | undefined>>();
  const forget = (key: string) => {
    devices.delete(key);
    reads.delete(key);
  };
  announcements.subscribe({
    changed({ tenantId, controllerIds }) {
      // Without names the tenant's object is replaced: `peek` then trusts nothing made of the old one.
      if (controllerIds) for (const id of controllerIds) forget(keyOf(tenantId, id));
      else for (const key of reads.keys()) if (key.startsWith(`${tenantId}/`)) reads.delete(key);
    },
    created({ tenantId, controllerIds }) {
      // A read that began before found nothing. What is remembered stays right.
      if (reads.size) for (const id of controllerIds ?? []) reads.delete(keyOf(tenantId, id));
    },
    everything() {
      devices.clear();
      reads.clear();
    },
  });

  const fetch = async (tenant: Tenant, controllerId: string): Promise<Device | undefined> => {
    const readAt = performance.now();
    const [row] = tenant.settings.polling.overrides.length
      ? await findDeviceWithOverride(database, tenant, controllerId, clock())
      : await findDevice(database).execute({ tenantId: tenant.tenantId, controllerId });
    if (!row) return undefined;
    return {
      tenant,
      targetId: row.targetId,
      tokenDigest: tokenDigest(row.securityToken),
      oldTokens: oldTokensOf(row),
      sleep: formatDuration(intervalOf(tenant, row.targetId, row.override)),
      requestAttributes: row.requestAttributes,
      seen: row.lastRequestAt !== null,
      readAt,
      polledAt: 0,
      address: '',
    };
  };

  return {
    size: () => devices.size,
    peek(tenant, controllerId) {
      const device = devices.get(keyOf(tenant.tenantId, controllerId));
      const trusted =
        device !== undefined &&
        device.tenant === tenant &&
        performance.now() - device.readAt < TRUSTED_MS &&
        announcements.trustworthy();
      return trusted ? device : undefined;
    },
    read(tenant, controllerId) {
      const key = keyOf(tenant.tenantId, controllerId);
      const underWay = reads.get(key);
      if (underWay) return underWay;
      const reading = fetch(tenant, controllerId).then(
        (device) => {
          const current = reads.get(key) === reading;
          if (current) reads.delete(key);
          if (current && device) devices.set(key, device);
          return device;
        },
        (error) => {
          if (reads.get(key) === reading) reads.delete(key);
          throw error;
        },
      );
      reads.set(key, reading);
      return reading;
    },
  };
}

const oldTokensOf = ({ oldDigests, oldUntil }: { oldDigests: string[] | null; oldUntil: Date[] | null }) =>
  oldDigests?.map((digest, index) => ({
    digest: Buffer.from(digest, 'hex').toString('latin1'),
    until: oldUntil?.[index]?.getTime() ?? 0,
  }));

const keyOf = (tenantId: number, controllerId: string) => `${tenantId}/${controllerId}`;

/** Overrides are the tenant's own filters, so this statement can't be one that all share. */
function findDeviceWithOverride(database: Database, tenant: Tenant, controllerId: string, now: Date) {
  return database
    .select({ ...DEVICE_COLUMNS, override: pollOverride(tenant, now) })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .leftJoin(targetTokenRotations, joinedRotations)
    .where(and(eq(targets.tenantId, tenant.tenantId), eq(targets.controllerId, controllerId)));
}

const LONGEST = 86_399;

/**
 * The seconds a device shall wait. Where a deviation is set, they are spread over the devices, but always the
 * same for one device and one configuration: else no ETag would hold.
 */
function intervalOf({ settings: { polling } }: Tenant, targetId: number, override: number): number {
  const { seconds, deviation } = polling.overrides[override] ?? polling;
  if (!deviation) return seconds;
  const draw =
    Number.parseInt(hash('sha1', `${targetId} ${seconds} ${deviation}`).slice(0, 8), 16) / 0xffffffff;
  const spread = (seconds * deviation) / 100;
  return Math.min(Math.max(Math.round(seconds - spread + 2 * spread * draw), 1), LONGEST);
}
