import { and, eq, inArray, sql, sum } from 'drizzle-orm';
import { z } from 'zod';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import { artifactContents } from '../../../database/tables/software.ts';
import { targetCounts } from '../../../database/tables/targets.ts';
import { tenantUsage } from '../../../database/tables/tenant-usage.ts';
import { tenantConfiguration, tenants } from '../../../database/tables/tenants.ts';
import { tenantNotFound } from '../../../errors.ts';
import { requirePermission, requireRole } from '../../access/permissions.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import {
  MOST_TARGET_GROUPS,
  QUOTA_KINDS,
  QUOTAS,
  type QuotaKind,
  quotaKey,
  TARGET_LIMITS,
  type TargetLimit,
  UNCOUNTED,
} from '../quotas.ts';
import { TENANT_COLUMNS, type TenantEntry } from './create.ts';

/** How much of something a tenant has, and may have; or what each of its targets may have. */
export interface TenantQuota {
  kind: QuotaKind;
  /** Null for what isn't counted: what each target may have, and groups. */
  used: number | null;
  limit: number;
  /** Whether the limit is that of all tenants. */
  isDefault: boolean;
}

const LARGEST = Number.MAX_SAFE_INTEGER;
const SetTenantQuotas = z.object({
  tenantId: z.number(),
  quotas: z
    .array(
      z
        .object({
          kind: z.enum(QUOTA_KINDS),
          limit: z
            .number()
            .int('must be a whole number')
            .min(0, 'must not be negative')
            .nullish()
            .transform((limit) => limit ?? null),
        })
        .superRefine(({ kind, limit }, { addIssue }) => {
          const most = UNCOUNTED[kind] ?? LARGEST;
          if (limit !== null && limit > most)
            addIssue({ code: 'custom', path: ['limit'], message: `must be at most ${most}` });
        }),
    )
    .max(QUOTA_KINDS.length, `must be at most ${QUOTA_KINDS.length}`),
});
export type SetTenantQuotas = z.input<typeof SetTenantQuotas>;

/**
 * Sets how much a tenant may have; null gives it the limit of all tenants again. A tenant that has more keeps it, and
 * gets nothing more. Needs SYSTEM_ADMIN.
 * @throws TENANT_NOT_FOUND, INVALID_INPUT
 */
export async function setTenantQuotas(context: Context, input: SetTenantQuotas): Promise<TenantEntry> {
  requireRole(context, 'SYSTEM_ADMIN');
  const { tenantId, quotas } = parse(SetTenantQuotas, input);
  const wanted = new Map(quotas.map(({ kind, limit }) => [kind, limit]));

  return change(context, async (tx, changes) => {
    const [tenant] = await tx.select(TENANT_COLUMNS).from(tenants).where(eq(tenants.tenantId, tenantId));
    if (!tenant) throw tenantNotFound(String(tenantId), ['tenantId']);
    const own = eq(tenantConfiguration.tenantId, tenantId);
    const keys = [...wanted.keys()].map(quotaKey);
    if (keys.length)
      await tx.delete(tenantConfiguration).where(and(own, inArray(tenantConfiguration.key, keys)));
    const rows = [...wanted].flatMap(([kind, value]) =>
      value === null ? [] : [{ tenantId, key: quotaKey(kind), value, ...creationStamp(context) }],
    );
    if (rows.length) await tx.insert(tenantConfiguration).values(rows);
    changes.record({
      type: 'tenant.quotas-set',
      subjects: [tenant.name],
      changes: Object.fromEntries([...wanted].map(([kind, limit]) => [kind.toUpperCase(), { new: limit }])),
    });
    return tenant;
  });
}

/** The quotas of the caller's own tenant. Needs READ_TENANT_CONFIGURATION. */
export async function listQuotas(context: Context): Promise<TenantQuota[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  return (await quotasOf(context, [tenantId]))[0]!;
}

/** The quotas of tenants, in three statements for any number of these. Needs SYSTEM_ADMIN. */
export async function findQuotas(context: Context, tenantIds: readonly number[]): Promise<TenantQuota[][]> {
  requireRole(context, 'SYSTEM_ADMIN');
  return quotasOf(context, tenantIds);
}

async function quotasOf(
  { database, systemDefaults, storage }: Context,
  tenantIds: readonly number[],
): Promise<TenantQuota[][]> {
  const defaults = new Map<QuotaKind, number>([
    ...Object.values(QUOTAS).map(({ kind, most }) => [kind, most] as const),
    ['targets', systemDefaults.mostTargets],
    ['artifact_bytes', storage.largestTenant],
    ['target_groups', MOST_TARGET_GROUPS],
    ...Object.entries(TARGET_LIMITS).map(([kind, { most }]) => [kind as TargetLimit, most] as const),
  ]);
  const [limits, used] = await Promise.all([
    database
      .select({
        tenantId: tenantConfiguration.tenantId,
        key: tenantConfiguration.key,
        value: tenantConfiguration.value,
      })
      .from(tenantConfiguration)
      .where(
        and(
          isAmong(tenantConfiguration.tenantId, tenantIds),
          sql`${tenantConfiguration.key} = ANY(${arrayOf(QUOTA_KINDS.map(quotaKey))}::text[]) ${overAllTenants('quotas of tenants')}`,
        ),
      ),
    database.execute<{ tenant_id: string; kind: QuotaKind; total: string }>(sql`
      ${overAllTenants('quotas of tenants')}
      SELECT tenant_id, kind, sum(total) AS total FROM ${tenantUsage}
      WHERE ${isAmong(tenantUsage.tenantId, tenantIds)} GROUP BY tenant_id, kind
      UNION ALL SELECT tenant_id, 'targets', sum(total) FROM ${targetCounts}
      WHERE ${isAmong(targetCounts.tenantId, tenantIds)} GROUP BY tenant_id
      UNION ALL SELECT tenant_id, 'artifact_bytes', ${sum(artifactContents.size)} FROM ${artifactContents}
      WHERE ${isAmong(artifactContents.tenantId, tenantIds)} GROUP BY tenant_id`),
  ]);
  const own = new Map(limits.map(({ tenantId, key, value }) => [`${tenantId} ${key}`, Number(value)]));
  const counted = new Map(used.map((row) => [`${row.tenant_id} ${row.kind}`, Number(row.total)]));
  return tenantIds.map((tenantId) =>
    QUOTA_KINDS.map((kind) => {
      const limit = own.get(`${tenantId} ${quotaKey(kind)}`);
      return {
        kind,
        used: kind in UNCOUNTED ? null : (counted.get(`${tenantId} ${kind}`) ?? 0),
        limit: limit ?? defaults.get(kind)!,
        isDefault: limit === undefined,
      };
    }),
  );
}
