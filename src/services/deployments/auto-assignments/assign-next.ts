import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { actions, targetDeployments } from '../../../database/tables/actions.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { matchingTargets } from '../../fleet/targets/matching.ts';
import type { SelectedTarget } from '../../fleet/targets/selection.ts';
import { isHere, joinedPolls, joinedTypes } from '../../fleet/targets/target.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { TenantSettings } from '../../platform/tenants/settings.ts';
import { type Changes, change } from '../../shared/change.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { DistributionSet } from '../../software/distribution-sets/distribution-set.ts';
import { freezeSets, requireAssignableSet } from '../../software/distribution-sets/freeze.ts';
import { readSets } from '../../software/distribution-sets/set.ts';
import { confirmationBy } from '../actions/beginning.ts';
import { makeRoom } from '../actions/quota.ts';
import { idArrayOf } from '../actions/select.ts';
import { describeAssignment } from '../assignments/assign.ts';
import { isForTarget, takesSetType } from '../assignments/compatibility.ts';
import { deploy, isAlreadyAssigned, type Plan } from '../assignments/write.ts';
import { creatorContext } from './creator-context.ts';

export interface AutoAssignmentKey {
  tenantId: number;
  id: number;
}
type Row = typeof autoAssignments.$inferSelect;

/** In one transaction: their devices and administrators wait for it no longer than they notice. */
const AT_A_TIME = 1_000;

/** The condition that an auto-assignment may assign now. */
export const mayAssign = (now: Date): SQL =>
  sql`(${autoAssignments.status} = 'running' OR (${autoAssignments.status} = 'ready'
    AND (${autoAssignments.startAt} IS NULL OR ${autoAssignments.startAt} <= ${now.toISOString()}::timestamptz)))`;

/** Which targets are next: by id from `after` on; with `named` only those among them. */
export interface NextTargets {
  after: number;
  named?: readonly string[] | undefined;
}

/**
 * Assigns the set of an auto-assignment to the next of its targets; one whose time has come begins by it. Passed over are targets that once had an action of the set, be it a failed one, unless they only downloaded it; that
 * are to have it anyway, whose type doesn't take it, that it is not for, or that somebody else is just changing.
 * @returns the id of the last target that it came to, null where there are no more
 * @throws DISTRIBUTION_SET_INCOMPLETE, the filter's errors
 */
export async function assignNextTargets(
  platform: Platform,
  { tenantId, id }: AutoAssignmentKey,
  { after, named }: NextTargets,
): Promise<number | null> {
  const itself = and(eq(autoAssignments.tenantId, tenantId), eq(autoAssignments.id, id));
  const { database } = platform;
  const [known] = await database.select().from(autoAssignments).where(itself);
  const set = known && (await readSets(database, tenantId, [known.setId])).get(known.setId);
  if (!known || !set) return null;
  const tenant = await platform.tenants.byId(tenantId);
  const context = creatorContext(platform, tenant, known);
  // Before anything is locked, as it may take a while among a million.
  const eligible = await eligibleTargets(context, tenant, known, set);
  const isNamed = named ? sql`AND ${targets.controllerId} = ANY(${arrayOf(named)}::text[])` : sql``;
  const found = await selectTargets(database, sql`${eligible} AND ${targets.id} > ${after} ${isNamed}`);
  if (!found.length && known.status === 'running') return null;
  const { permissions: _, ...actor } = context.caller;

  return change({ ...platform, caller: actor, origin: context.origin }, async (tx, changes) => {
    // The set before the auto-assignment, as whoever invalidates the set has it locked when it ends what assigns it.
    const assigned = await requireAssignableSet(tx, context, known.setId);
    const [row] = await tx
      .select()
      .from(autoAssignments)
      .where(and(itself, mayAssign(context.clock())))
      .for('no key update');
    if (!row) return null;
    if (row.status === 'ready') await begin(tx, changes, row);
    const locked = await lockFree(tx, tenantId, found);
    // Again, as only now nobody else assigns to them: an action of the set may have come meanwhile.
    const still = await selectTargets(tx, sql`${eligible} AND ${among(locked)}`);
    const chosen = await makeRoom(
      { tx, changes },
      tenantId,
      tenant.settings.actionCleanup.percentOnQuota,
      still,
    );
    const plan = planOf(row, tenant.settings);
    const created = await deploy(tx, context, plan, chosen);
    if (created.length && tenant.settings.implicitLock && !assigned.locked)
      await freezeSets(tx, context, [set.id]);
    changes.targets(created.map(({ controllerId }) => controllerId));
    changes.record({
      type: 'distribution-set.auto-assigned',
      filter: row.filter,
      count: created.length,
      targets: created.map(({ controllerId }) => controllerId),
      changes: { autoAssignment: { new: row.name }, ...describeAssignment(set, plan) },
    });
    return found.length === AT_A_TIME ? found.at(-1)!.id : null;
  });
}

async function begin(tx: Transaction, changes: Changes, { tenantId, id, name }: Row): Promise<void> {
  await tx
    .update(autoAssignments)
    .set({ status: 'running' })
    .where(and(eq(autoAssignments.tenantId, tenantId), eq(autoAssignments.id, id)));
  changes.record({
    type: 'auto-assignment.started',
    subjects: [name],
    changes: { status: { old: 'ready', new: 'running' } },
  });
}

/**
 * Asks target by target whether it had the set: `OFFSET 0` keeps PostgreSQL from joining, `IS NOT DISTINCT FROM` from going
 * through all that have it. Tables that just grow by a million rows mislead it about both.
 */
async function eligibleTargets(
  context: Context,
  tenant: Tenant,
  { tenantId, filter, forceType, ignoreTargetFilter }: Row,
  set: DistributionSet,
): Promise<SQL> {
  const { id, type } = set;
  // Where it was only downloaded, it has still to be installed.
  const counts = forceType === 'downloadonly' ? sql`` : sql`AND ${actions.status} <> 'downloaded'`;
  return sql`${and(
    eq(targets.tenantId, tenantId),
    isHere,
    await matchingTargets(context.database, { tenant, now: context.clock() }, parseFilter(filter)),
    await scopeCondition(context, 'UPDATE_TARGET'),
    takesSetType(tenantId, type.id),
    ignoreTargetFilter ? undefined : await isForTarget(context.database, context, set),
  )} AND NOT EXISTS (
    SELECT 1 FROM ${actions} WHERE ${actions.tenantId} = ${tenantId}
      AND ${actions.targetId} = ${targets.id} AND ${actions.setId} IS NOT DISTINCT FROM ${id} ${counts} OFFSET 0)
  AND NOT EXISTS (
    SELECT 1 FROM ${targetDeployments} WHERE ${targetDeployments.tenantId} = ${tenantId}
      AND ${targetDeployments.targetId} = ${targets.id}
      AND ${isAlreadyAssigned(tenantId, { setId: id, forceType })} OFFSET 0)`;
}

const COLUMNS = { id: targets.id, controllerId: targets.controllerId };

const selectTargets = (database: Database | Transaction, where: SQL): Promise<SelectedTarget[]> =>
  database
    .select(COLUMNS)
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(where)
    .orderBy(targets.id)
    .limit(AT_A_TIME);

const among = (selected: readonly SelectedTarget[]): SQL => sql`${targets.id} = ANY(${idArrayOf(selected)})`;

/** Locks those that nobody else has locked. */
const lockFree = (
  tx: Transaction,
  tenantId: number,
  selected: readonly SelectedTarget[],
): Promise<SelectedTarget[]> =>
  tx
    .select(COLUMNS)
    .from(targets)
    .where(and(eq(targets.tenantId, tenantId), among(selected)))
    .orderBy(targets.id)
    .for('no key update', { skipLocked: true });

const planOf = (
  { setId, forceType, weight, confirmationRequired }: Row,
  settings: Pick<TenantSettings, 'confirmationFlow' | 'autoClose'>,
): Plan => ({
  setId,
  forceType,
  forcedAt: null,
  weight,
  maintenanceWindow: null,
  externalRef: null,
  confirmation: confirmationBy(settings, confirmationRequired),
  offline: false,
  autoClose: settings.autoClose,
});
