import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { prepared } from '../../database/prepared.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { targetTokenRotations } from '../../database/tables/token-rotations.ts';
import type { Announcements } from '../announcements.ts';
import { joinedPolls, joinedTypes, pollOverride } from '../targets/target.ts';
import { formatDuration } from '../tenants/durations.ts';
import type { Tenant } from '../tenants/registry.ts';
import type { OwnTokens } from './credentials.ts';
import { digestFromHex, tokenDigest } from './digest.ts';
import { intervalOf } from './interval.ts';
import { type Memory, openMemory, type Remembered } from './memory.ts';
import type { Polled } from './poll-times.ts';

/** What a poll is answered with. */
export interface PollAnswer {
  /** `HH:mm:ss`, the deviation included. */
  sleep: string;
  requestAttributes: boolean;
}

/** What a poll is answered from. */
export interface Device extends OwnTokens, PollAnswer, Remembered, Polled {
  targetId: number;
  /** The enrollment group that registered it. */
  enrollmentGroupId: number | null;
  /** Whether its first poll has been written. */
  seen: boolean;
}

export type DeviceCache = Pick<Memory<Device>, 'peek' | 'read' | 'size'>;

const DEVICE_COLUMNS = {
  targetId: targets.id,
  securityToken: targets.securityToken,
  requestAttributes: targets.requestAttributes,
  enrollmentGroupId: targets.enrollmentGroupId,
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
  const devices = openMemory(
    capacity,
    () => announcements.trustworthy(),
    async (tenant, controllerId) => {
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
        enrollmentGroupId: row.enrollmentGroupId,
        sleep: formatDuration(intervalOf(tenant, row.targetId, row.override)),
        requestAttributes: row.requestAttributes,
        seen: row.lastRequestAt !== null,
        readAt,
        polledAt: 0,
        address: '',
      };
    },
  );
  announcements.subscribe({
    changed({ tenantId, controllerIds }) {
      // Without names the tenant's object is replaced: `peek` then trusts nothing made of the old one.
      if (controllerIds) devices.forget(tenantId, controllerIds);
      else devices.overtake(tenantId);
    },
    created({ tenantId, controllerIds }) {
      // A read that began before found nothing. What is remembered stays right.
      devices.overtake(tenantId, controllerIds ?? []);
    },
    everything: devices.clear,
  });
  return devices;
}

const oldTokensOf = ({ oldDigests, oldUntil }: { oldDigests: string[] | null; oldUntil: Date[] | null }) =>
  oldDigests?.map((digest, index) => ({
    digest: digestFromHex(digest),
    until: oldUntil?.[index]?.getTime() ?? 0,
  }));

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
