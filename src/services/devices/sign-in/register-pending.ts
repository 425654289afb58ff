import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { enrollmentGroups, pendingTargets } from '../../../database/tables/enrollment.ts';
import { quotaExceeded, unauthenticated } from '../../../errors.ts';
import { deletePending } from '../../fleet/targets/delete-pending.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { selfRegistered } from '../enrollment/enroll.ts';
import { type Say, told } from '../enrollment-hooks/ask.ts';
import type { CredentialUse } from './credential-use.ts';
import { requireTrimmed } from './register.ts';

/** In a group: who has one of its tokens can make up any number of names. */
const MOST_PENDING = 10_000;

interface PendingRegistration {
  groupId: number;
  address: string;
  /** What it asks with. */
  use?: CredentialUse;
  /** What the hook of its group said of it, where it has one. */
  asked?: Say | undefined;
}

/**
 * Stores a device that signed in for the first time as a pending target, until somebody approves it. One that is stored
 * already stays as it is.
 * @throws INVALID_INPUT if it could never become a target; QUOTA_EXCEEDED while too many are pending; UNAUTHENTICATED
 *   if its group is gone
 */
export async function registerPending(
  device: ActorContext,
  { groupId, address, use, asked }: PendingRegistration,
): Promise<void> {
  const { tenantId, username: controllerId } = device.caller;
  requireTrimmed(controllerId);
  selfRegistered(controllerId);
  const now = device.clock();
  await change(device, async (tx, changes) => {
    await lockGroup(tx, tenantId, groupId);
    if ((await countPending(tx, tenantId, groupId)) >= MOST_PENDING)
      throw quotaExceeded('pending targets of an enrollment group', MOST_PENDING);
    const [created] = await tx
      .insert(pendingTargets)
      .values({
        tenantId,
        groupId,
        controllerId,
        state: 'pending',
        firstRequestAt: now,
        // By the database's clock, as all polls.
        lastRequestAt: sql`now()`,
        address,
        credential: use?.kind,
        ...(asked && asked.kind !== 'deny' && { given: asked.given }),
        ...(asked?.kind === 'hold' && { reason: asked.reason }),
      })
      .onConflictDoNothing()
      .returning({ id: pendingTargets.id });
    if (!created) return;
    changes.pending();
    changes.record({
      type: 'pending-target.created',
      subjects: [controllerId],
      changes: asked && told(asked),
    });
  });
}

/** The hook that held a device denies it: it isn't pending any more. */
export async function endPending(device: ActorContext): Promise<void> {
  const { tenantId, username: controllerId } = device.caller;
  await change(device, async (tx, changes) => {
    if (!(await deletePending(tx, tenantId, controllerId))) return;
    changes.targets([controllerId]);
    changes.pending();
    changes.record({ type: 'pending-target.denied', subjects: [controllerId] });
  });
}

/** Locked so that it isn't deleted before the commit. @throws UNAUTHENTICATED */
async function lockGroup(tx: Transaction, tenantId: number, groupId: number): Promise<void> {
  const [group] = await tx
    .select({ id: enrollmentGroups.id })
    .from(enrollmentGroups)
    .where(and(eq(enrollmentGroups.tenantId, tenantId), eq(enrollmentGroups.id, groupId)))
    .for('key share');
  if (!group) throw unauthenticated();
}

/** As many as there are, or as there may be. */
async function countPending(tx: Transaction, tenantId: number, groupId: number): Promise<number> {
  const [row] = await tx.execute<{ count: string }>(sql`
    SELECT count(*) FROM (
      SELECT FROM ${pendingTargets} WHERE tenant_id = ${tenantId} AND group_id = ${groupId} AND state = 'pending'
      LIMIT ${MOST_PENDING}::int) AS counted`);
  return Number(row!.count);
}
