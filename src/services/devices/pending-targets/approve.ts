import { sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { pendingTargets } from '../../../database/tables/enrollment.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { targetsAs } from '../../fleet/targets/scope.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { enrollDevices, findTerms, type NewDevice, selfRegistered } from '../enrollment/enroll.ts';
import {
  countPending,
  inChunks,
  type PendingRow,
  PendingSelection,
  type ReadPendingSelection,
  selectPending,
} from './select.ts';

/**
 * Makes targets of pending targets, by the terms of their groups: of the named ones, all or none, or of all that match
 * a filter. Rejected ones must be named. Needs CREATE_TARGET, and the new targets must be in its scope. With `dryRun`
 * it only counts.
 * @returns how many targets were created
 * @throws PENDING_TARGET_NOT_FOUND, QUOTA_EXCEEDED by a group's limit or the tenant's, FORBIDDEN, INVALID_INPUT, the
 *   filter's errors
 */
export async function approveTargets(context: Context, input: PendingSelection): Promise<number> {
  requirePermission(context, 'CREATE_TARGET');
  const { dryRun, ...selection } = parse(PendingSelection, input);
  if (dryRun) return countPending(context, selection);
  return (await changeBy(context, (step) => approveSelected(step, selection))).length;
}

/** The work of `approveTargets`. @returns the controllerIds of the new targets */
export async function approveSelected(
  { tx, context, changes }: Step,
  selection: ReadPendingSelection,
): Promise<string[]> {
  const { caller, clock, systemDefaults, secrets } = context;
  const { tenantId, username } = caller;
  const pending = await selectPending(tx, context, selection);
  const approved: string[] = [];
  const enrolling = { tenantId, now: clock(), by: username, systemDefaults, secrets, changes };
  for (const groupId of new Set(pending.map((row) => row.groupId))) {
    const terms = await findTerms(tx, tenantId, groupId);
    const devices = pending.filter((row) => row.groupId === groupId).map(deviceOf);
    approved.push(...(await enrollDevices(tx, enrolling, terms, devices)));
  }
  await inChunks(pending, (condition) => tx.delete(pendingTargets).where(condition));
  const theirs = sql`${targets.controllerId} = ANY(${arrayOf(approved)}::text[])`;
  await requireStillInScope(tx, context, targetsAs('CREATE_TARGET'), theirs);
  changes.created(approved);
  changes.pending();
  changes.record({ type: 'target.approved', ...affected(selection, approved) });
  return approved;
}

const deviceOf = ({ controllerId, lastRequestAt, address, given, credential }: PendingRow): NewDevice => ({
  ...selfRegistered(controllerId),
  requestedAt: lastRequestAt,
  address,
  given,
  use: credential ? { kind: credential, until: Number.POSITIVE_INFINITY } : undefined,
});
