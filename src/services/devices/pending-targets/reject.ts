import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { pendingTargets } from '../../../database/tables/enrollment.ts';
import { always, type Right } from '../../access/rights.ts';
import { requireUnscoped } from '../../access/unscoped.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import {
  countPending,
  inChunks,
  type PendingRow,
  PendingSelection,
  type ReadPendingSelection,
  selectPending,
} from './select.ts';

/** In a group. The oldest of more are forgotten, and may ask again. */
const MOST_REJECTED = 10_000;

/**
 * Rejects pending targets: the named ones, all or none, or all that match a filter. They can't sign in until somebody
 * approves them by name. Needs CREATE_TARGET without a scope, as a scope uses fields that only targets have. With
 * `dryRun` it only counts.
 * @returns how many are newly rejected
 * @throws PENDING_TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function rejectTargets(context: Context, input: PendingSelection): Promise<number> {
  requireUnscoped(context, 'CREATE_TARGET');
  const { dryRun, ...selection } = parse(PendingSelection, input);
  if (dryRun) return countPending(context, selection, isPending);
  return (await changeBy(context, (step) => rejectSelected(step, selection))).length;
}

const isPending = ({ state }: Pick<PendingRow, 'state'>) => state === 'pending';

/** The right to reject pending targets, which no scope can include. */
export const rejectingTargets: Right = async ({ caller }) =>
  always(caller.permissions.get('CREATE_TARGET') === null);

/** The work of `rejectTargets`. @returns those that are newly rejected */
export async function rejectSelected(
  { tx, context, changes }: Step,
  selection: ReadPendingSelection,
): Promise<PendingRow[]> {
  requireUnscoped(context, 'CREATE_TARGET');
  const { tenantId, username } = context.caller;
  const selected = await selectPending(tx, context, selection);
  const pending = selected.filter(isPending);
  const decision = { state: 'rejected' as const, rejectedAt: context.clock(), rejectedBy: username };
  await inChunks(pending, (condition) => tx.update(pendingTargets).set(decision).where(condition));
  for (const groupId of new Set(pending.map((row) => row.groupId))) await forgetOldest(tx, tenantId, groupId);
  const rejected = pending.map(({ controllerId }) => controllerId);
  changes.targetsInScope(rejected);
  changes.pending();
  changes.record({ type: 'pending-target.rejected', ...affected(selection, rejected) });
  return pending;
}

async function forgetOldest(tx: Transaction, tenantId: number, groupId: number): Promise<void> {
  await tx.execute(sql`
    DELETE FROM ${pendingTargets} WHERE tenant_id = ${tenantId} AND id IN (
      SELECT id FROM ${pendingTargets}
      WHERE tenant_id = ${tenantId} AND group_id = ${groupId} AND state = 'rejected'
      ORDER BY rejected_at DESC, id DESC OFFSET ${MOST_REJECTED}::int)`);
}
