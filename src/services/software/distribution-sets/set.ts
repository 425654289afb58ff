import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { distributionSetDeleted, distributionSetInvalid, distributionSetNotFound } from '../../../errors.ts';
import type { Permission } from '../../access/grants.ts';
import { requireStillInScope, type ScopedRows } from '../../access/in-scope.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { modification } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { DISTRIBUTION_SET_COLUMNS, type DistributionSet, withItsType } from './distribution-set.ts';

/** The sets of those ids that exist, by id; where `reached` is given, of those for which this condition holds. */
export async function readSets(
  database: Database | Transaction,
  tenantId: number,
  ids: readonly number[],
  reached?: SQL,
): Promise<Map<number, DistributionSet>> {
  const rows = await database
    .select(DISTRIBUTION_SET_COLUMNS)
    .from(distributionSets)
    .innerJoin(distributionSetTypes, withItsType)
    .where(and(eq(distributionSets.tenantId, tenantId), isAmong(distributionSets.id, ids), reached));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those whose scope is a filter of sets. */
export type SetPermission = Extract<Permission, `${string}_DISTRIBUTION_SET`>;

/** The sets as the scope of a permission meets them. */
export const setsAs = (permission: SetPermission): ScopedRows => ({
  permission,
  table: distributionSets,
  joined: sql`${distributionSets} JOIN ${distributionSetTypes} ON ${withItsType}`,
  title: sql`${distributionSets.name} || ':' || ${distributionSets.version}`,
});

type Strength = 'update' | 'no key update' | 'share';

/**
 * The set, a deleted one too, locked until the transaction ends. Give the permission that the verb has required.
 * @throws DISTRIBUTION_SET_NOT_FOUND, also for what the permission doesn't reach
 */
export async function lockAnySet(
  tx: Transaction,
  context: Context,
  permission: SetPermission,
  id: number,
  strength: Strength = 'update',
  path = ['id'],
): Promise<DistributionSet> {
  if (!Number.isSafeInteger(id)) throw distributionSetNotFound(String(id), path);
  const [set] = await tx
    .select(DISTRIBUTION_SET_COLUMNS)
    .from(distributionSets)
    .innerJoin(distributionSetTypes, withItsType)
    .where(
      and(
        eq(distributionSets.tenantId, context.caller.tenantId),
        eq(distributionSets.id, id),
        await scopeCondition(context, permission),
      ),
    )
    .for(strength, { of: distributionSets });
  if (!set) throw distributionSetNotFound(String(id), path);
  return set;
}

/** The same for one that is there still. @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED */
export async function lockSet(
  tx: Transaction,
  context: Context,
  permission: SetPermission,
  id: number,
  strength: Strength = 'update',
  path = ['id'],
): Promise<DistributionSet> {
  const set = await lockAnySet(tx, context, permission, id, strength, path);
  if (set.deleted) throw distributionSetDeleted(String(id), path);
  return set;
}

/** The same for a set that is to be changed, or used. @throws DISTRIBUTION_SET_INVALID besides */
export async function lockValidSet(
  tx: Transaction,
  context: Context,
  permission: SetPermission,
  id: number,
  strength: Strength = 'update',
  path = ['id'],
): Promise<DistributionSet> {
  const set = await lockSet(tx, context, permission, id, strength, path);
  if (!set.valid) throw distributionSetInvalid(String(id), path);
  return set;
}

/**
 * Notes who changed a set's parts, and when, once they are changed.
 * @returns the set as it is now
 * @throws FORBIDDEN where UPDATE_DISTRIBUTION_SET doesn't reach the set any more
 */
export async function touchSet(tx: Transaction, context: Context, id: number): Promise<DistributionSet> {
  const { tenantId } = context.caller;
  const itself = and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id));
  await tx.update(distributionSets).set(modification(context)).where(itself);
  await requireStillInScope(tx, context, setsAs('UPDATE_DISTRIBUTION_SET'), eq(distributionSets.id, id));
  return (await readSets(tx, tenantId, [id])).get(id)!;
}
