import { and, eq, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import { arrayOf, chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { prepared, preparedSql } from '../../../database/prepared.ts';
import {
  enrollmentGroups,
  enrollmentGroupTags,
  type GivenByHook,
} from '../../../database/tables/enrollment.ts';
import { targetTagAssignments } from '../../../database/tables/target-data.ts';
import { targetAttributes, targetPolls, targets } from '../../../database/tables/targets.ts';
import { quotaExceeded } from '../../../errors.ts';
import { type NewTarget, TargetInput } from '../../fleet/targets/input.ts';
import { adjustTargetCount, requireRoomForTargets } from '../../fleet/targets/quota.ts';
import { requireGroupQuota } from '../../platform/quotas.ts';
import type { Changes } from '../../shared/change.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { timeOf } from '../polling/credential-uses.ts';
import type { KindOfUse } from '../sign-in/credential-use.ts';
import { recordNearGiven, typeIdsOf, writeGiven } from './given.ts';

/** The creator of targets that register themselves. */
const SYSTEM = 'system';

/** What a group gives to the devices that it registers. */
export interface Terms {
  groupId: number;
  registrationLimit: number | null;
  registrations: number;
  targetTypeId: number | null;
  targetGroup: string | null;
  attributes: Record<string, string>;
  hasTags: boolean;
}

/** The terms of a group as they are now, not as they are remembered; undefined where the group is gone. */
export async function findTerms(
  tx: Transaction,
  tenantId: number,
  groupId: number,
): Promise<Terms | undefined> {
  const [terms] = await termsOfGroup(tx).execute({ tenantId, groupId });
  return terms;
}

const ofTenant = sql.placeholder('tenantId');
const ofGroup = sql.placeholder('groupId');
const termsOfGroup = prepared((database) =>
  database
    .select({
      groupId: enrollmentGroups.id,
      registrationLimit: enrollmentGroups.registrationLimit,
      registrations: enrollmentGroups.registrations,
      targetTypeId: enrollmentGroups.targetTypeId,
      targetGroup: enrollmentGroups.targetGroup,
      attributes: enrollmentGroups.attributes,
      hasTags: sql<boolean>`EXISTS (SELECT 1 FROM ${enrollmentGroupTags}
        WHERE ${enrollmentGroupTags.tenantId} = ${ofTenant} AND ${enrollmentGroupTags.groupId} = ${ofGroup})`,
    })
    .from(enrollmentGroups)
    .where(and(eq(enrollmentGroups.tenantId, ofTenant), eq(enrollmentGroups.id, ofGroup)))
    .prepare('terms_of_group'),
);

/** A device about to become a target. */
export interface NewDevice extends SelfRegistered {
  requestedAt: Date;
  address: string | null;
  /** What it registers with. */
  use?: KindOfUse | undefined;
  /** What the hook of its group said, where there is one. */
  given?: GivenByHook | null | undefined;
  /** Who is recorded where it brings itself near a limit, if not the caller. */
  actor?: ActorContext;
}

interface Enrolling extends Pick<Platform, 'systemDefaults' | 'secrets'> {
  tenantId: number;
  now: Date;
  changes: Pick<Changes, 'record'>;
  /** Who is recorded as having changed them last. */
  by?: string;
}

/** What a target that registers itself has. @throws INVALID_INPUT for a controllerId that doesn't fit a name, too */
export const selfRegistered = (controllerId: string): SelfRegistered =>
  parse(TargetInput, {
    controllerId,
    name: controllerId,
    description: `Plug and Play target: ${controllerId}`,
  });
export type SelfRegistered = Pick<NewTarget, 'controllerId' | 'name' | 'description' | 'securityToken'>;

/**
 * Makes targets of devices, by the terms of their group where they have one, their poll included. A device that is a
 * target already is passed over and doesn't count.
 * @returns the controllerIds of the new targets
 * @throws INVALID_INPUT; QUOTA_EXCEEDED if the limit of the group or of the tenant is exceeded, also together with
 *   others
 */
export async function enrollDevices(
  tx: Transaction,
  { tenantId, now, by = SYSTEM, secrets, changes, ...limits }: Enrolling,
  terms: Terms | undefined,
  devices: readonly NewDevice[],
): Promise<string[]> {
  // Checked first, so that a refusal costs one read only.
  if (terms && roomOf(terms) <= 0) throw limitReached(terms);
  await requireRoomForTargets(tx, limits, tenantId, 1);
  const enrolled: string[] = [];
  for (const chunk of chunks(devices)) {
    const ids = await insertTargets(tx, { tenantId, now, by, secrets }, terms, chunk);
    if (!ids.size) continue;
    enrolled.push(...ids.keys());
    await insertPolls(tx, tenantId, ids, chunk);
    if (terms) await giveTerms(tx, tenantId, [...ids.values()], terms);
    const ofGroup = terms?.attributes ?? {};
    await writeGiven(tx, tenantId, givenTo(ids, chunk), ofGroup);
    const made = chunk.filter(({ controllerId }) => ids.has(controllerId));
    await recordNearGiven(tx, changes, tenantId, { devices: made, ofGroup });
  }
  for (const near of await adjustTargetCount(tx, limits, tenantId, enrolled.length)) changes.record(near);
  if (devices.some(({ given }) => given?.group)) await requireGroupQuota(tx, tenantId);
  // Last, because until the commit all other registrations of the group wait for this update.
  if (terms && enrolled.length) await count(tx, tenantId, terms, enrolled.length);
  return enrolled;
}

/** How many more a group may register. */
export const roomOf = ({ registrationLimit, registrations }: Terms): number =>
  registrationLimit === null ? Number.POSITIVE_INFINITY : registrationLimit - registrations;

export const limitReached = ({ registrationLimit }: Terms) =>
  quotaExceeded('registrations by the enrollment group', registrationLimit ?? 0, ['registrationLimit']);

/** @throws QUOTA_EXCEEDED */
async function count(tx: Transaction, tenantId: number, terms: Terms, enrolled: number): Promise<void> {
  if (terms.registrationLimit === null) return;
  const counted = await tx.execute(sql`
    UPDATE ${enrollmentGroups} SET registrations = registrations + ${enrolled}::bigint
    WHERE tenant_id = ${tenantId} AND id = ${terms.groupId}
      AND (registration_limit IS NULL OR registrations + ${enrolled}::bigint <= registration_limit)`);
  if (!counted.count) throw limitReached(terms);
}

/** The ids of those inserted, by controllerId. */
async function insertTargets(
  tx: Transaction,
  { tenantId, now, by, secrets }: Pick<Enrolling, 'tenantId' | 'now' | 'secrets'> & { by: string },
  terms: Terms | undefined,
  devices: readonly NewDevice[],
): Promise<Map<string, number>> {
  const types = await typeIdsOf(tx, tenantId, devices);
  const inserted = await tx.execute<{ id: string; controller_id: string }>(sql`
    ${insertFromArrays(
      targets,
      {
        controllerId: devices.map(({ controllerId }) => controllerId),
        name: devices.map(({ name, given }) => given?.name ?? name),
        description: devices.map(({ description }) => description),
        securityToken: devices.map(({ securityToken }) => secrets.sealToken(securityToken)),
        registeredWith: devices.map(({ use }) => use?.kind),
        registeredFrom: devices.map(({ address }) => address),
        group: devices.map(({ given }) => (given?.group === undefined ? terms?.targetGroup : given.group)),
        targetTypeId: devices.map(({ given }) => types.get(given?.type ?? '') ?? terms?.targetTypeId),
      },
      {
        tenantId,
        enrollmentGroupId: terms?.groupId ?? null,
        requestAttributes: true,
        updateStatus: 'registered',
        createdAt: now,
        createdBy: SYSTEM,
        lastModifiedAt: now,
        lastModifiedBy: by,
      },
    )}
    ON CONFLICT ON CONSTRAINT targets_controller_id_key DO NOTHING
    RETURNING id, controller_id`);
  return new Map(inserted.map((row) => [row.controller_id, Number(row.id)]));
}

/** The new targets of which a hook said something. */
const givenTo = (ids: ReadonlyMap<string, number>, devices: readonly NewDevice[]) =>
  devices.flatMap(({ controllerId, given }) => {
    const targetId = ids.get(controllerId);
    return given && targetId !== undefined ? [{ targetId, given }] : [];
  });

async function insertPolls(
  tx: Transaction,
  tenantId: number,
  ids: ReadonlyMap<string, number>,
  devices: readonly NewDevice[],
): Promise<void> {
  const made = devices.filter(({ controllerId }) => ids.has(controllerId));
  const list = (of: (device: NewDevice) => unknown) => arrayText(made.map(of));
  await insertFirstPolls(tx).execute({
    tenantId,
    ids: list(({ controllerId }) => ids.get(controllerId)),
    at: list(({ requestedAt }) => requestedAt.toISOString()),
    addresses: list(({ address }) => address),
    kinds: list(({ use }) => use?.kind),
    until: list(({ use }) => timeOf(use?.until)),
  });
}

/** The clock of the process that was asked may be ahead. */
const insertFirstPolls = preparedSql(
  () => sql`
    INSERT INTO ${targetPolls} (tenant_id, target_id, last_request_at, address, credential, credential_expires_at)
    SELECT ${ofTenant}::bigint, id, LEAST(at, now()), address, kind, until
    FROM unnest(${sql.placeholder('ids')}::bigint[], ${sql.placeholder('at')}::timestamptz[],
                ${sql.placeholder('addresses')}::text[], ${sql.placeholder('kinds')}::text[],
                ${sql.placeholder('until')}::timestamptz[]) AS polled(id, at, address, kind, until)`,
);

/** Tags and attributes; the rest is in the targets' own rows. */
async function giveTerms(
  tx: Transaction,
  tenantId: number,
  targetIds: readonly number[],
  { groupId, attributes, hasTags }: Terms,
): Promise<void> {
  const ids = sql`unnest(${arrayOf(targetIds)}::bigint[]) AS target(id)`;
  if (hasTags)
    await tx.execute(sql`
      INSERT INTO ${targetTagAssignments} (tenant_id, target_id, tag_id)
      SELECT ${tenantId}::bigint, target.id, tags.tag_id FROM ${ids}, ${enrollmentGroupTags} AS tags
      WHERE tags.tenant_id = ${tenantId} AND tags.group_id = ${groupId}`);
  const entries = Object.entries(attributes);
  if (entries.length)
    await tx.execute(sql`
      INSERT INTO ${targetAttributes} (tenant_id, target_id, key, value)
      SELECT ${tenantId}::bigint, target.id, given.key, given.value
      FROM ${ids}, unnest(${arrayOf(entries.map(([key]) => key))}::text[],
                          ${arrayOf(entries.map(([, value]) => value))}::text[]) AS given(key, value)`);
}
