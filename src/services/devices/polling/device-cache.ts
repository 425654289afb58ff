import { and, eq, type Placeholder, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import type { Database } from '../../../database/connect.ts';
import { prepared } from '../../../database/prepared.ts';
import { actions } from '../../../database/tables/actions.ts';
import { issuedCertificates } from '../../../database/tables/issued-certificates.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { targetTokenRotations } from '../../../database/tables/token-rotations.ts';
import { pollOverride } from '../../fleet/targets/fields.ts';
import { joinedPolls, joinedTypes } from '../../fleet/targets/target.ts';
import type { Announcements } from '../../platform/announcements.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { type Outcome, openGatherer } from '../../shared/gather.ts';
import { NEWEST_TOKEN } from '../sign-in/credential-use.ts';
import { digestFromHex, digestOfStored } from '../sign-in/digest.ts';
import type { Device } from './device.ts';
import { isNextAction } from './next-step.ts';
import { answerColumns, answerOf } from './poll-answer.ts';
import { openReadCache, type ReadCache } from './read-cache.ts';

export type DeviceCache = Pick<ReadCache<Device>, 'peek' | 'read' | 'size'>;

/** Time and polls may change which override applies. */
const OVERRIDE_TRUSTED_MS = 60_000;

const deviceColumns = (tenantId: number | Placeholder) => ({
  controllerId: targets.controllerId,
  ...answerColumns(tenantId),
  securityToken: targets.securityToken,
  enrollmentGroupId: targets.enrollmentGroupId,
  derivedTokensEndAt: targets.derivedTokensEndAt,
  movedToTenantId: targets.movedToTenantId,
  movedToTargetId: targets.movedToTargetId,
  lastRequestAt: targetPolls.lastRequestAt,
  credential: targetPolls.credential,
  credentialExpiresAt: targetPolls.credentialExpiresAt,
  oldDigests: targetTokenRotations.oldDigests,
  oldUntil: targetTokenRotations.oldUntil,
  issuedSerials: issuedSerials(tenantId),
});

/** Null where there is none, which most targets' rows say themselves. */
const issuedSerials = (tenantId: number | Placeholder) => sql<string[] | null>`
  CASE WHEN ${targets.certificateExpiresAt} IS NOT NULL THEN (
    SELECT array_agg(${issuedCertificates.authorityId} || '/' || ${issuedCertificates.serial})
    FROM ${issuedCertificates}
    WHERE ${issuedCertificates.tenantId} = ${tenantId} AND ${issuedCertificates.targetId} = ${targets.id}
      AND ${issuedCertificates.revokedAt} IS NULL) END`;

const joinedRotations = and(
  eq(targetTokenRotations.tenantId, targets.tenantId),
  eq(targetTokenRotations.targetId, targets.id),
);

const ofTenant = sql.placeholder('tenantId');

const findDevices = prepared((database: Database) =>
  database
    .select(deviceColumns(ofTenant))
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTokenRotations, joinedRotations)
    .leftJoin(actions, isNextAction(ofTenant))
    .where(
      and(
        eq(targets.tenantId, ofTenant),
        sql`${targets.controllerId} = ANY(${sql.placeholder('controllerIds')}::text[])`,
      ),
    )
    .prepare('devices'),
);

export function openDeviceCache(
  database: Database,
  announcements: Announcements,
  clock: () => Date,
  capacity: number,
): DeviceCache {
  const read = openLookups(database, clock);
  const devices = openReadCache<Device>(
    capacity,
    ({ validUntil }) =>
      announcements.trustworthy() && (validUntil === undefined || clock().getTime() < validUntil),
    async (tenant, controllerId) => {
      const { row, now } = await read(tenant, controllerId);
      if (!row) return undefined;
      return deviceOf(tenant, row, now);
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

const movedOf = ({ movedToTenantId: tenantId, movedToTargetId: targetId }: MovedRow) =>
  tenantId === null || targetId === null ? undefined : { tenantId, targetId };
type MovedRow = Pick<typeof targets.$inferSelect, 'movedToTenantId' | 'movedToTargetId'>;

type DeviceRow = Awaited<ReturnType<ReturnType<typeof findDevices>['execute']>>[number];

/** Each field is named, and numbers that are seldom there may be undefined: a million of these are kept. */
function deviceOf(tenant: Tenant, row: DeviceRow, now: Date): Device {
  const { sleep, requestAttributes, next, installedActionId, validUntil } = answerOf(tenant, row, now);
  const until = hasOverrides(tenant) ? Math.min(validUntil, now.getTime() + OVERRIDE_TRUSTED_MS) : validUntil;
  return {
    tenant,
    targetId: row.targetId,
    tokenDigest: digestOfStored(row.securityToken),
    oldTokens: oldTokensOf(row),
    enrollmentGroupId: row.enrollmentGroupId,
    derivedUntil: row.derivedTokensEndAt?.getTime(),
    moved: movedOf(row),
    derived: undefined,
    use: storedUse(row),
    issuedSerials: row.issuedSerials ?? undefined,
    sleep,
    requestAttributes,
    next,
    installedActionId,
    validUntil: until === Number.POSITIVE_INFINITY ? undefined : until,
    seen: row.lastRequestAt !== null,
    pollPlace: -1,
  };
}

/** Most have the same, which takes no memory for each. */
const storedUse = ({ credential: kind, credentialExpiresAt: at }: DeviceRow) =>
  kind === null
    ? undefined
    : kind === 'target_token' && !at
      ? NEWEST_TOKEN
      : { kind, until: at?.getTime() ?? Number.POSITIVE_INFINITY };

interface Lookup {
  tenant: Tenant;
  controllerId: string;
  found?: { row: DeviceRow | undefined; now: Date };
}

/** Reads devices that are asked for at the same time by one statement: after a restart a whole fleet is. */
function openLookups(database: Database, clock: () => Date) {
  const readTogether = async (lookups: readonly Lookup[]): Promise<Outcome[]> => {
    const { tenant } = lookups[0]!;
    // After a change of the tenant there is another object, with other overrides.
    const same = lookups.filter((lookup) => lookup.tenant === tenant);
    const ids = arrayText(same.map(({ controllerId }) => controllerId));
    const now = clock();
    const rows: DeviceRow[] = hasOverrides(tenant)
      ? await findDevicesWithOverride(database, tenant, ids, now)
      : await findDevices(database).execute({ tenantId: tenant.tenantId, controllerIds: ids });
    const byId = new Map(rows.map((row) => [row.controllerId, row]));
    for (const lookup of same) lookup.found = { row: byId.get(lookup.controllerId), now };
    return lookups.map((lookup) => (lookup.found ? 'done' : 'alone'));
  };
  const gather = openGatherer<Lookup>({
    atOnce: 16,
    groupOf: ({ tenant }) => String(tenant.tenantId),
    keyOf: ({ controllerId }) => controllerId,
    together: readTogether,
    alone: async (lookup) => void (await readTogether([lookup])),
  });
  return async (tenant: Tenant, controllerId: string) => {
    const lookup: Lookup = { tenant, controllerId };
    await gather(lookup);
    return lookup.found!;
  };
}

const hasOverrides = ({ settings }: Tenant) => settings.polling.overrides.length > 0;

/** Overrides are the tenant's own filters, so this statement can't be one that all share. */
function findDevicesWithOverride(database: Database, tenant: Tenant, controllerIds: string, now: Date) {
  return database
    .select({ ...deviceColumns(tenant.tenantId), override: pollOverride(tenant, now) })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .leftJoin(targetTokenRotations, joinedRotations)
    .leftJoin(actions, isNextAction(tenant.tenantId))
    .where(
      and(
        eq(targets.tenantId, tenant.tenantId),
        sql`${targets.controllerId} = ANY(${controllerIds}::text[])`,
      ),
    );
}
