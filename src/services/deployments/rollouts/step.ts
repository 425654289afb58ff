import type { Transaction } from '../../../database/connect.ts';
import type { RolloutStatus } from '../../../database/tables/rollouts.ts';
import type { Changes } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { type LockedRollout, writeRollout } from './rollout.ts';

/** What one step of a rollout works with: a transaction in which the rollout is locked. */
export interface RolloutStep {
  tx: Transaction;
  /** The server itself in the periodic job; the caller in a verb. */
  context: ActorContext;
  changes: Changes;
  rollout: LockedRollout;
}

/** Whether there is something to do again at once. */
export type HasMore = boolean;

/** Rows of what no device is told, in one step: a tenth of a second, for which the rollout is locked. */
export const ROWS_A_STEP = 4_000;
/**
 * Targets whose devices are told, in one step. For as long what they report waits; and so few are named instead of having
 * all of the tenant's read again.
 */
export const TARGETS_A_STEP = 500;

/** Puts the rollout into another state, and says so. */
export async function setRolloutStatus(
  { tx, context, changes, rollout }: RolloutStep,
  status: Exclude<RolloutStatus, 'creating' | 'approval_denied'>,
  more: Partial<Pick<LockedRollout, 'totalTargets' | 'deleted'>> = {},
): Promise<void> {
  await writeRollout(tx, context, rollout, { status, ...more });
  changes.rollouts([rollout.id]);
  const name = status === 'waiting_for_approval' ? 'waiting-for-approval' : status;
  changes.record({ type: `rollout.${name}`, subjects: [rollout.name] });
}
