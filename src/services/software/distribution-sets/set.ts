import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { distributionSetDeleted, distributionSetInvalid, distributionSetNotFound } from '../../../errors.ts';
import type { Permission } from '../../access/grants.ts';
import { requireStillInScope, type ScopedRows } from '../../access/in-scope.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { type DistributionSet, setColumns, withItsType } from './distribution-set.ts';

/** The sets of those ids that exist, by id; with `condition` only those for which it holds. */
export async function readSets(
  database: Database | Transaction,
  tenantId: number,
  ids: readonly number[],
  condition?: SQL,
): Promise<Map<number, DistributionSet>> {
  const rows = await database
    .select(setColumns(tenantId))
    .from(distributionSets)
    .innerJoin(distributionSetTypes, withItsType)
    .where(and(eq(distributionSets.tenantId, tenantId), isAmong(distributionSets.id, ids), condition));
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

/** A set to lock. */
export interface SetToLock {
  /** The permission that the verb has required. */
  permission: SetPermission;
  id: number;
  /** 'update' unless told. */
  strength?: 'update' | 'no key update' | 'share' | 'none';
  /** Where the input names it. */
  path?: string[];
}

/**
 * The set, a deleted one too, locked until the transaction ends.
 * @throws DISTRIBUTION_SET_NOT_FOUND, also for what is out of the permission's scope
 */
export async function lockAnySet(
  tx: Transaction,
  context: Context,
  { permission, id, strength = 'update', path = ['id'] }: SetToLock,
): Promise<DistributionSet> {
  const query = tx
    .select(setColumns(context.caller.tenantId))
    .from(distributionSets)
    .innerJoin(distributionSetTypes, withItsType)
    .where(
      and(
        eq(distributionSets.tenantId, context.caller.tenantId),
        isAmong(distributionSets.id, [id]),
        await scopeCondition(context, permission),
      ),
    )
    .$dynamic();
  if (strength !== 'none') query.for(strength, { of: distributionSets });
  const [set] = await query;
  if (!set) throw distributionSetNotFound(String(id), path);
  return set;
}

/** The same for one that isn't deleted. @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED */
export async function lockSet(
  tx: Transaction,
  context: Context,
  wanted: SetToLock,
): Promise<DistributionSet> {
  const set = await lockAnySet(tx, context, wanted);
  if (set.deleted) throw distributionSetDeleted(String(set.id), wanted.path);
  return set;
}

/** The same for a set to change or to use. @throws what `lockSet` throws, DISTRIBUTION_SET_INVALID */
export async function lockValidSet(
  tx: Transaction,
  context: Context,
  wanted: SetToLock,
): Promise<DistributionSet> {
  const set = await lockSet(tx, context, wanted);
  if (!set.valid) throw distributionSetInvalid(String(set.id), wanted.path);
  return set;
}

/**
 * Notes who changed a set's parts, and when. To be called after the change.
 * @returns the set as it is now
 * @throws FORBIDDEN where the set has left the scope of UPDATE_DISTRIBUTION_SET
 */
export async function touchSet(tx: Transaction, context: Context, id: number): Promise<DistributionSet> {
  const { tenantId } = context.caller;
  const itself = and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id));
  await tx.update(distributionSets).set(modificationStamp(context)).where(itself);
  await requireStillInScope(tx, context, setsAs('UPDATE_DISTRIBUTION_SET'), eq(distributionSets.id, id));
  return (await readSets(tx, tenantId, [id])).get(id)!;
}
