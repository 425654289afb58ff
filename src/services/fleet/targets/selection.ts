import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { targetNotFound } from '../../../errors.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { ActorContext, Context } from '../../shared/context.ts';
import { missingOf, requireOneWay, type Selection } from '../../shared/selection.ts';
import { isStorableText } from '../../shared/text.ts';
import { countTargets, countTargetsAmong } from './count.ts';
import type { TargetKey } from './input.ts';
import { askedTargets } from './matching.ts';
import type { TargetPermission } from './scope.ts';
import { joinedPolls, joinedTypes } from './target.ts';

/** A target that is locked until the transaction ends. */
export type LockedTarget = typeof targets.$inferSelect;

/**
 * One target, locked until the transaction ends. Give the permission that the verb has required.
 * @throws TARGET_NOT_FOUND, also if it is out of the permission's scope
 */
export async function lockTarget(
  tx: Transaction,
  context: Context,
  permission: TargetPermission,
  key: TargetKey,
): Promise<LockedTarget> {
  const reached = await scopeCondition(context, permission);
  const target = await lock(tx, context.caller.tenantId, key, reached);
  if (!target) throw 'id' in key ? targetNotFound(String(key.id), ['id']) : targetNotFound(key.controllerId);
  return target;
}

/**
 * The target of the device that acts, locked until the transaction ends.
 * @throws TARGET_NOT_FOUND also where another tenant has taken it over since the device signed in
 */
export async function lockOwnTarget(tx: Transaction, { caller }: ActorContext): Promise<LockedTarget> {
  const target = await lock(tx, caller.tenantId, { controllerId: caller.username });
  if (!target || target.movedAt) throw targetNotFound(caller.username);
  return target;
}

async function lock(
  tx: Transaction,
  tenantId: number,
  key: TargetKey,
  reached?: SQL,
): Promise<LockedTarget | undefined> {
  if ('controllerId' in key && !isStorableText(key.controllerId)) return undefined;
  const query = tx.select(getTableColumns(targets)).from(targets).$dynamic();
  if (reached) query.leftJoin(targetPolls, joinedPolls).leftJoin(targetTypes, joinedTypes);
  const itself = 'id' in key ? isAmong(targets.id, [key.id]) : eq(targets.controllerId, key.controllerId);
  const [target] = await query
    .where(and(eq(targets.tenantId, tenantId), itself, reached))
    .for('no key update', { of: targets });
  return target;
}

/** Which targets a bulk verb means: either those named or all that match a filter. */
export interface TargetSelection extends Selection {
  /** A condition beside: others are not there. */
  only?: SQL | undefined;
}

interface SelectionOptions {
  /** FAIL unless given. */
  onNotFound?: NotFoundPolicy | null | undefined;
  lock?: 'update' | 'no key update';
}

export interface SelectedTarget {
  id: number;
  controllerId: string;
}

/**
 * What becomes of named targets when one is missing. FAIL: nothing is done. The others do what can be done, and call
 * it a success or name the missing ones as faults, where the verb tells faults.
 */
export const NOT_FOUND_POLICIES = ['FAIL', 'ON_WHAT_FOUND_AND_SUCCESS', 'ON_WHAT_FOUND_AND_FAIL'] as const;
export type NotFoundPolicy = (typeof NOT_FOUND_POLICIES)[number];

/**
 * The chosen targets of the caller's tenant, locked until the transaction ends, in the order of their ids: so two bulk
 * verbs wait for each other instead of blocking each other. Give the permission that the verb has required: what it
 * doesn't cover is not there.
 * @throws INVALID_INPUT unless there is either a list or a filter; TARGET_NOT_FOUND for the first that is missing;
 *   the filter's errors
 */
export async function selectTargetIds(
  tx: Transaction,
  context: Context,
  permission: TargetPermission,
  { onNotFound, lock = 'no key update', ...selection }: TargetSelection & SelectionOptions,
): Promise<SelectedTarget[]> {
  const found = await tx
    .select({ id: targets.id, controllerId: targets.controllerId })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(await isSelected(tx, context, permission, selection))
    .orderBy(targets.id)
    .for(lock, { of: targets });
  if ((onNotFound ?? 'FAIL') === 'FAIL') refuseMissing(selection, found);
  return found;
}

/** Which of the chosen are concerned: those that are `different` from what they are to be, or not yet the `same`. */
export interface Concerned {
  /** A condition. */
  different?: SQL | undefined;
  /** A SELECT of ids, each once. */
  same?: SQL | undefined;
  /** The same of those among them that are not as they are to be after all. */
  unlike?: SQL | undefined;
}

/**
 * How many of the chosen targets a bulk verb would change: it counts them, and neither locks nor changes any.
 * @throws what `selectTargetIds` throws
 */
export async function countSelected(
  context: Context,
  permission: TargetPermission,
  selection: TargetSelection & Pick<SelectionOptions, 'onNotFound'>,
  concerned: Concerned = {},
): Promise<number> {
  const { total, same } = await countSelectedAndSame(context, permission, selection, concerned);
  return total - same;
}

/** The same with how many are as they are to be already. */
export async function countSelectedAndSame(
  context: Context,
  permission: TargetPermission,
  { onNotFound, ...selection }: TargetSelection & Pick<SelectionOptions, 'onNotFound'>,
  { different, same, unlike }: Concerned,
): Promise<{ total: number; same: number }> {
  const chosen = await isSelected(context.database, context, permission, selection);
  if (selection.filter == null && (onNotFound ?? 'FAIL') === 'FAIL') {
    const found = await context.database
      .select({ id: targets.id, controllerId: targets.controllerId })
      .from(targets)
      .leftJoin(targetPolls, joinedPolls)
      .leftJoin(targetTypes, joinedTypes)
      .where(chosen);
    refuseMissing(selection, found);
  }
  const condition = and(chosen, different);
  return same
    ? countTargetsAmong(context, condition, { ids: same, but: unlike })
    : { total: await countTargets(context, condition), same: 0 };
}

/**
 * The condition that a target, with its poll and its type, is one of the chosen that the permission reaches.
 * @throws what `selectTargetIds` throws, but for targets that are missing
 */
export async function isSelected(
  database: Database | Transaction,
  context: Context,
  permission: TargetPermission,
  selection: TargetSelection,
): Promise<SQL | undefined> {
  requireOneWay(selection);
  const { ids, controllerIds, filter, among, only } = selection;
  const chosen =
    (await askedTargets(database, context, filter)) ??
    (ids ? isAmong(targets.id, ids) : named(controllerIds ?? []));
  return and(
    eq(targets.tenantId, context.caller.tenantId),
    chosen,
    among && isAmong(targets.id, among),
    only,
    await scopeCondition(context, permission),
  );
}

const named = (controllerIds: readonly string[]): SQL =>
  sql`${targets.controllerId} = ANY(${arrayOf(controllerIds.filter(isStorableText))}::text[])`;

function refuseMissing(selection: TargetSelection, found: readonly SelectedTarget[]): void {
  const [missing] = missingOf(selection, found, targetNotFound);
  if (missing) throw missing;
}
