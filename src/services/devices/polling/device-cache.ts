import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { prepared } from '../../../database/prepared.ts';
import { actions } from '../../../database/tables/actions.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { targetTokenRotations } from '../../../database/tables/token-rotations.ts';
import { pollOverride } from '../../fleet/targets/fields.ts';
import { joinedPolls, joinedTypes } from '../../fleet/targets/target.ts';
import type { Announcements } from '../../platform/announcements.ts';
import { formatDuration } from '../../platform/tenants/durations.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { digestFromHex, tokenDigest } from '../sign-in/digest.ts';
import type { Device } from './device.ts';
import { intervalBefore, intervalOf } from './interval.ts';
import { isNextAction, STEP_COLUMNS, stepOf } from './next-step.ts';
import { openReadCache, type ReadCache } from './read-cache.ts';

export type DeviceCache = Pick<ReadCache<Device>, 'peek' | 'read' | 'size'>;

const DEVICE_COLUMNS = {
  targetId: targets.id,
  securityToken: targets.securityToken,
  requestAttributes: targets.requestAttributes,
  enrollmentGroupId: targets.enrollmentGroupId,
  lastRequestAt: targetPolls.lastRequestAt,
  oldDigests: targetTokenRotations.oldDigests,
  oldUntil: targetTokenRotations.oldUntil,
  override: sql<number>`-1`,
  ...STEP_COLUMNS,
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
    .leftJoin(actions, isNextAction)
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
  const devices = openReadCache<Device>(
    capacity,
    ({ validUntil }) =>
      announcements.trustworthy() &&
      (validUntil === Number.POSITIVE_INFINITY || clock().getTime() < validUntil),
    async (tenant, controllerId) => {
      const readAt = performance.now();
      const now = clock();
      const [row] = tenant.settings.polling.overrides.length
        ? await findDeviceWithOverride(database, tenant, controllerId, now)
        : await findDevice(database).execute({ tenantId: tenant.tenantId, controllerId });
      if (!row) return undefined;
      const { next, opensAt, until } = stepOf(row, now);
      const interval = intervalOf(tenant, row.targetId, row.override);
      return {
        tenant,
        targetId: row.targetId,
        tokenDigest: tokenDigest(row.securityToken),
        oldTokens: oldTokensOf(row),
        enrollmentGroupId: row.enrollmentGroupId,
        sleep: formatDuration(intervalBefore(tenant, interval, opensAt, now)),
        requestAttributes: row.requestAttributes,
        next,
        installedActionId: row.installedActionId === null ? null : Number(row.installedActionId),
        validUntil: until,
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
    .leftJoin(actions, isNextAction)
    .where(and(eq(targets.tenantId, tenant.tenantId), eq(targets.controllerId, controllerId)));
}
