import { and, eq, getTableColumns, type SQL } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import type { ForceType } from '../../../database/tables/actions.ts';
import { type AutoAssignmentStatus, autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { autoAssignmentNotFound, outOfScope } from '../../../errors.ts';
import { always, type Right } from '../../access/rights.ts';
import { combinedScope } from '../../fleet/targets/combined-scope.ts';
import type { TargetPermission } from '../../fleet/targets/scope.ts';
import type { Authored } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';

/** A distribution set for all targets that match a filter, be it now or later. */
export interface AutoAssignment extends Authored {
  id: number;
  name: string;
  description: string | null;
  /** RSQL, as it was written. */
  filter: string;
  /** The target filter that it belongs to. */
  targetFilterId: number | null;
  distributionSet: { id: number; name: string; version: string };
  forceType: ForceType;
  weight: number;
  /** Whether devices are asked before, where the tenant asks. */
  confirmationRequired: boolean;
  status: AutoAssignmentStatus;
  /** It doesn't start by itself before this time. */
  startAt: Date | null;
  approvalDecidedBy: string | null;
  approvalRemark: string | null;
  /** The account it acts for. */
  initiatedBy: string;
  /** Whether it also reaches targets that the set is not for. */
  ignoreTargetFilter: boolean;
}

const {
  tenantId: _,
  setId: _set,
  creatorScopes: _scopes,
  passedTo: _to,
  newestPassed: _newest,
  restsUntil: _rests,
  ...own
} = getTableColumns(autoAssignments);
const COLUMNS = {
  ...own,
  distributionSet: {
    id: distributionSets.id,
    name: distributionSets.name,
    version: distributionSets.version,
  },
};
export const autoAssignmentJoinsSet = and(
  eq(distributionSets.tenantId, autoAssignments.tenantId),
  eq(distributionSets.id, autoAssignments.setId),
);

/** Auto-assignments with all that filters may name; narrow it by `where`. */
export const selectAutoAssignments = (database: Database | Transaction) =>
  database
    .select(COLUMNS)
    .from(autoAssignments)
    .innerJoin(distributionSets, autoAssignmentJoinsSet)
    .$dynamic();

/** The auto-assignments of those ids that exist, by id. */
export async function readAutoAssignments(
  database: Database | Transaction,
  tenantId: number,
  ids: readonly number[],
): Promise<Map<number, AutoAssignment>> {
  const among = and(eq(autoAssignments.tenantId, tenantId), isAmong(autoAssignments.id, ids));
  const rows = await selectAutoAssignments(database).where(among);
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Checks that auto-assignments were set up within the very scope that the caller has on targets: what they assign to is never
 * known before.
 * @throws FORBIDDEN
 */
export async function requireAutoAssignmentsInScope(
  tx: Transaction,
  context: Context,
  which: SQL,
  ...more: TargetPermission[]
): Promise<void> {
  const scope = combinedScope(context, ...more);
  if (!scope) return;
  const found = await tx
    .select({ name: autoAssignments.name, scopes: autoAssignments.creatorScopes })
    .from(autoAssignments)
    .where(and(eq(autoAssignments.tenantId, context.caller.tenantId), which))
    .for('no key update');
  const foreign = found.find((one) => one.scopes?.join() !== scope.text);
  if (foreign)
    throw outOfScope(scope.permission, `every target that the auto-assignment '${foreign.name}' may find`);
}

/** Says which of the auto-assignments with these ids `requireAutoAssignmentsInScope` lets the caller handle. */
export const autoAssignmentsInScope: Right = async (context, ids) => {
  const scope = combinedScope(context);
  if (!scope) return always(true);
  const found = await context.database
    .select({ id: autoAssignments.id, scopes: autoAssignments.creatorScopes })
    .from(autoAssignments)
    .where(and(eq(autoAssignments.tenantId, context.caller.tenantId), isAmong(autoAssignments.id, ids)));
  const seen = new Set(found.filter(({ scopes }) => scopes?.join() === scope.text).map(({ id }) => id));
  return (id) => seen.has(id);
};

/**
 * The auto-assignment, locked until the transaction ends.
 * @throws AUTO_ASSIGNMENT_NOT_FOUND, FORBIDDEN what `requireAutoAssignmentsInScope` says
 */
export async function lockAutoAssignment(
  tx: Transaction,
  context: Context,
  id: number,
): Promise<AutoAssignment> {
  const found = await lock(tx, context, isAmong(autoAssignments.id, [id]));
  if (!found) throw autoAssignmentNotFound(String(id));
  return found;
}

/** That of a target filter, if it has one, locked until the transaction ends. @throws FORBIDDEN as `lockAutoAssignment` */
export const lockAutoAssignmentOfFilter = (
  tx: Transaction,
  context: Context,
  targetFilterId: number,
): Promise<AutoAssignment | undefined> =>
  lock(tx, context, eq(autoAssignments.targetFilterId, targetFilterId));

async function lock(tx: Transaction, context: Context, which: SQL): Promise<AutoAssignment | undefined> {
  await requireAutoAssignmentsInScope(tx, context, which);
  const [row] = await selectAutoAssignments(tx)
    .where(and(eq(autoAssignments.tenantId, context.caller.tenantId), which))
    .for('no key update', { of: autoAssignments });
  return row;
}

/** @returns the names of those deleted @throws FORBIDDEN what `requireAutoAssignmentsInScope` says */
export async function removeAutoAssignments(
  tx: Transaction,
  context: Context,
  which: SQL,
): Promise<string[]> {
  const { tenantId } = context.caller;
  await requireAutoAssignmentsInScope(tx, context, which);
  const deleted = await tx
    .delete(autoAssignments)
    .where(and(eq(autoAssignments.tenantId, tenantId), which))
    .returning({ name: autoAssignments.name });
  return deleted.map(({ name }) => name);
}
