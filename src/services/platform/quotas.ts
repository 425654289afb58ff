import { type SQL, sql } from 'drizzle-orm';
import type { Session } from '../../database/built.ts';
import { chunks, isAmong } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { preparedSql } from '../../database/prepared.ts';
import { lowered } from '../../database/tables/columns.ts';
import { distributionSetTagAssignments } from '../../database/tables/distribution-sets.ts';
import { targetTagAssignments } from '../../database/tables/target-data.ts';
import { targets } from '../../database/tables/targets.ts';
import { tenantUsage } from '../../database/tables/tenant-usage.ts';
import { tenantConfiguration } from '../../database/tables/tenants.ts';
import { quotaExceeded } from '../../errors.ts';
import { lockCreations } from '../shared/lock-creations.ts';
import type { ChangeRecord } from './audit/record.ts';

interface Quota {
  /** The table whose rows are counted. */
  kind: QuotaKind;
  most: number;
  /** In the words of the refusal. */
  what: string;
}

/** What each tenant may have so many of, by table. */
export const QUOTA_KINDS = [
  'targets',
  'target_tags',
  'target_types',
  'target_filters',
  'distribution_sets',
  'distribution_set_tags',
  'distribution_set_types',
  'software_modules',
  'software_module_types',
  'artifact_bytes',
  'auto_assignments',
  'rollouts',
  'users',
  'roles',
  'api_keys',
  'webhooks',
  'target_groups',
  'target_attributes',
  'target_metadata',
  'target_actions',
] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

const quota = (kind: QuotaKind, most: number, what: string): Quota => ({ kind, most, what });

/** How many of a kind a tenant may have unless another limit is set, by the event of its creation. */
export const QUOTAS: Readonly<Record<string, Quota>> = {
  'api-key.created': quota('api_keys', 1_000, 'API keys'),
  'auto-assignment.created': quota('auto_assignments', 1_000, 'auto-assignments'),
  'distribution-set-tag.created': quota('distribution_set_tags', 10_000, 'distribution set tags'),
  'distribution-set.created': quota('distribution_sets', 50_000, 'distribution sets'),
  'distribution-set-type.created': quota('distribution_set_types', 1_000, 'distribution set types'),
  'role.created': quota('roles', 1_000, 'roles'),
  'rollout.created': quota('rollouts', 10_000, 'rollouts'),
  'software-module.created': quota('software_modules', 50_000, 'software modules'),
  'software-module-type.created': quota('software_module_types', 1_000, 'software module types'),
  'target-filter.created': quota('target_filters', 10_000, 'target filters'),
  'target-tag.created': quota('target_tags', 10_000, 'target tags'),
  'target-type.created': quota('target_types', 1_000, 'target types'),
  'user.created': quota('users', 10_000, 'users'),
  // Every change writes a row for each of them.
  'webhook.created': quota('webhooks', 20, 'webhooks'),
};

/** What each target may have so many of unless another limit is set, as in hawkBit, and how high that may be. */
export const TARGET_LIMITS = {
  target_attributes: { most: 100, settable: 1_000 },
  target_metadata: { most: 100, settable: 1_000 },
  target_actions: { most: 2_000, settable: 10_000 },
} as const;
export type TargetLimit = keyof typeof TARGET_LIMITS;

/** The limit that holds for each target of a tenant. */
export const targetLimit = (session: Session, tenantId: number, kind: TargetLimit): Promise<number> =>
  limitThatHolds(session, tenantId, kind, TARGET_LIMITS[kind].most);

async function limitThatHolds(session: Session, tenantId: number, kind: QuotaKind, fallback: number) {
  const [row] = await findLimit(session).execute({ tenantId, key: quotaKey(kind) });
  return row?.value ?? fallback;
}

const findLimit = preparedSql<{ value: number }>(
  () => sql`
    SELECT value FROM ${tenantConfiguration}
    WHERE tenant_id = ${sql.placeholder('tenantId')} AND key = ${sql.placeholder('key')}`,
);

/** Tags of one target, and of one distribution set. */
export const MOST_TAGS = 100;
/** Different groups that a tenant's targets are in, without regard to case, unless another limit is set; and how high that may be. */
export const MOST_TARGET_GROUPS = 10_000;
const SETTABLE_TARGET_GROUPS = 50_000;

/** How high the limits may be of what isn't counted: whoever comes near looks through all of it. */
export const UNCOUNTED: Partial<Record<QuotaKind, number>> = {
  target_groups: SETTABLE_TARGET_GROUPS,
  target_attributes: TARGET_LIMITS.target_attributes.settable,
  target_metadata: TARGET_LIMITS.target_metadata.settable,
  target_actions: TARGET_LIMITS.target_actions.settable,
};

/** Below the limit by so many nobody has to wait: more can't be under way at the same time. */
const NEAR = 20_000;

/**
 * Refuses what a transaction has created beyond what its tenant may have. Near the limit creations go one by one, so that
 * it is kept exactly.
 * @returns what is to be recorded because a limit is near now
 * @throws QUOTA_EXCEEDED
 */
export async function requireQuotas(
  tx: Transaction,
  tenantId: number,
  records: readonly Pick<ChangeRecord, 'type' | 'subjects' | 'count'>[],
): Promise<ChangeRecord[]> {
  const near: ChangeRecord[] = [];
  // In one order, so that two don't wait for each other.
  for (const type of [...new Set(records.map((record) => record.type))].sort()) {
    const quota = QUOTAS[type];
    if (!quota) continue;
    const { kind, most: fallback, what } = quota;
    let { used, limit } = await readUse(tx, tenantId, kind, fallback);
    if (used > limit - NEAR) {
      await lockCreations(tx, `quota ${kind}`, tenantId);
      ({ used, limit } = await readUse(tx, tenantId, kind, fallback));
    }
    if (used > limit) throw quotaExceeded(what, limit);
    const made = records
      .filter((record) => record.type === type)
      .reduce((sum, { subjects, count = subjects?.length ?? 1 }) => sum + count, 0);
    near.push(...nearRecord({ kind, before: used - made, used, limit }));
  }
  return near;
}

async function readUse(
  tx: Transaction,
  tenantId: number,
  kind: QuotaKind,
  fallback: number,
): Promise<{ used: number; limit: number }> {
  const [row] = await tx.execute<{ used: string; most: string }>(sql`
    SELECT coalesce(sum(total), 0) AS used, ${limitOf(sql`${tenantId}`, kind, fallback)} AS most
    FROM ${tenantUsage} WHERE tenant_id = ${tenantId} AND kind = ${kind}`);
  return { used: Number(row!.used), limit: Number(row!.most) };
}

/** How the limit that is set of a kind is named among what a tenant has set. Only the system's administrators write it. */
export const quotaKey = (kind: QuotaKind) => `quota.${kind}`;

/** The limit of a tenant, as a subquery. */
export const limitOf = (tenantId: SQL, kind: QuotaKind, fallback: number | SQL): SQL => sql`
  coalesce((SELECT (value #>> '{}')::bigint FROM ${tenantConfiguration}
            WHERE tenant_id = ${tenantId}::bigint AND key = ${quotaKey(kind)}), ${fallback}::bigint)`;

/** From so many on a limit is near: four fifths. */
export const nearFrom = (limit: number): number => Math.ceil(limit * 0.8);

/** What is to be recorded where a limit has come near, or is reached, by what a transaction has made. */
export function nearRecord({
  kind,
  before,
  used,
  limit,
}: {
  kind: QuotaKind;
  before: number;
  used: number;
  limit: number;
}): ChangeRecord[] {
  const crosses = (from: number) => before < from && used >= from;
  const type = crosses(limit)
    ? 'tenant.quota-reached'
    : crosses(nearFrom(limit))
      ? 'tenant.quota-near'
      : undefined;
  return type
    ? [{ type, subjects: [kind.toUpperCase()], changes: { used: { new: used }, limit: { new: limit } } }]
    : [];
}

/** Refuses what a transaction has put into groups, where these are too many now. @throws QUOTA_EXCEEDED */
export async function requireGroupQuota(tx: Transaction, tenantId: number): Promise<void> {
  const most = await limitThatHolds(tx, tenantId, 'target_groups', MOST_TARGET_GROUPS);
  const group = lowered(targets.group);
  const next = (after: SQL) => sql`SELECT min(${group}) FROM ${targets}
    WHERE ${targets.tenantId} = ${tenantId} ${after}`;
  // Each group is found by one step in the index: without it all targets would be read.
  const beyond = sql`
    WITH RECURSIVE known(name) AS (
      (${next(sql``)})
      UNION ALL
      SELECT (${next(sql`AND ${group} > known.name`)}) FROM known WHERE known.name IS NOT NULL)
    SELECT 1 FROM known WHERE name IS NOT NULL OFFSET ${most} LIMIT 1`;
  await refuseIf(tx, beyond, 'target groups', most);
}

const TAGGED = {
  target: { table: targetTagAssignments, id: targetTagAssignments.targetId, what: 'tags of a target' },
  set: {
    table: distributionSetTagAssignments,
    id: distributionSetTagAssignments.setId,
    what: 'tags of a distribution set',
  },
};

/** Refuses what a transaction has tagged, where one of the things has too many tags now. @throws QUOTA_EXCEEDED */
export async function requireTagQuota(
  tx: Transaction,
  tenantId: number,
  kind: keyof typeof TAGGED,
  ids: readonly number[],
): Promise<void> {
  const { table, id, what } = TAGGED[kind];
  for (const chunk of chunks(ids)) {
    const beyond = sql`SELECT 1 FROM ${table} WHERE tenant_id = ${tenantId} AND ${isAmong(id, chunk)}
      GROUP BY ${id} HAVING count(*) > ${MOST_TAGS} LIMIT 1`;
    await refuseIf(tx, beyond, what, MOST_TAGS);
  }
}

async function refuseIf(tx: Transaction, beyond: SQL, what: string, most: number): Promise<void> {
  const rows = await tx.execute(beyond);
  if (rows.length) throw quotaExceeded(what, most);
}
