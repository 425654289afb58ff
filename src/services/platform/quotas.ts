import { type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { chunks, isAmong } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { apiKeys } from '../../database/tables/api-keys.ts';
import { autoAssignments } from '../../database/tables/auto-assignments.ts';
import { lowered } from '../../database/tables/columns.ts';
import {
  distributionSets,
  distributionSetTagAssignments,
  distributionSetTags,
  distributionSetTypes,
} from '../../database/tables/distribution-sets.ts';
import { roles } from '../../database/tables/roles.ts';
import { rollouts } from '../../database/tables/rollouts.ts';
import { softwareModules, softwareModuleTypes } from '../../database/tables/software.ts';
import { targetFilters, targetTagAssignments, targetTags } from '../../database/tables/target-data.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targets } from '../../database/tables/targets.ts';
import { users } from '../../database/tables/users.ts';
import { quotaExceeded } from '../../errors.ts';
import type { ChangeRecord } from './audit/record.ts';

interface Quota {
  /** Its rows of a tenant are counted. */
  table: PgTable;
  most: number;
  /** In the words of the refusal. */
  what: string;
}

/** How many of a kind a tenant may have, by the event of its creation. */
export const QUOTAS: Readonly<Record<string, Quota>> = {
  'api-key.created': { table: apiKeys, most: 1_000, what: 'API keys' },
  'auto-assignment.created': { table: autoAssignments, most: 1_000, what: 'auto-assignments' },
  'distribution-set-tag.created': { table: distributionSetTags, most: 10_000, what: 'distribution set tags' },
  'distribution-set.created': { table: distributionSets, most: 50_000, what: 'distribution sets' },
  'distribution-set-type.created': {
    table: distributionSetTypes,
    most: 1_000,
    what: 'distribution set types',
  },
  'role.created': { table: roles, most: 1_000, what: 'roles' },
  'rollout.created': { table: rollouts, most: 10_000, what: 'rollouts' },
  'software-module.created': { table: softwareModules, most: 50_000, what: 'software modules' },
  'software-module-type.created': { table: softwareModuleTypes, most: 1_000, what: 'software module types' },
  'target-filter.created': { table: targetFilters, most: 10_000, what: 'target filters' },
  'target-tag.created': { table: targetTags, most: 10_000, what: 'target tags' },
  'target-type.created': { table: targetTypes, most: 1_000, what: 'target types' },
  'user.created': { table: users, most: 10_000, what: 'users' },
};

/** Tags of one target, and of one distribution set. */
export const MOST_TAGS = 100;
/** Different groups that a tenant's targets are in, without regard to case. */
export const MOST_TARGET_GROUPS = 10_000;

/**
 * Refuses what a transaction has created beyond what its tenant may have. Two that create at the same moment may go
 * beyond it by what they create: the limit keeps the tables small, and is no exact count.
 * @throws QUOTA_EXCEEDED
 */
export async function requireQuotas(
  tx: Transaction,
  tenantId: number,
  records: readonly Pick<ChangeRecord, 'type'>[],
): Promise<void> {
  for (const type of new Set(records.map((record) => record.type))) {
    const quota = QUOTAS[type];
    if (!quota) continue;
    const { table, most, what } = quota;
    const beyond = sql`SELECT 1 FROM ${table} WHERE tenant_id = ${tenantId} OFFSET ${most} LIMIT 1`;
    await refuseIf(tx, beyond, what, most);
  }
}

/** Refuses what a transaction has put into groups, where these are too many now. @throws QUOTA_EXCEEDED */
export async function requireGroupQuota(tx: Transaction, tenantId: number): Promise<void> {
  const group = lowered(targets.group);
  const next = (after: SQL) => sql`SELECT min(${group}) FROM ${targets}
    WHERE ${targets.tenantId} = ${tenantId} ${after}`;
  // Each group is found by one step in the index: without it all targets would be read.
  const beyond = sql`
    WITH RECURSIVE known(name) AS (
      (${next(sql``)})
      UNION ALL
      SELECT (${next(sql`AND ${group} > known.name`)}) FROM known WHERE known.name IS NOT NULL)
    SELECT 1 FROM known WHERE name IS NOT NULL OFFSET ${MOST_TARGET_GROUPS} LIMIT 1`;
  await refuseIf(tx, beyond, 'target groups', MOST_TARGET_GROUPS);
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
