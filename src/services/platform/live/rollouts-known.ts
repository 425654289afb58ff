import { chunks } from '../../../database/bulk.ts';
import { countTargetsOfRollouts, type TargetCounts } from '../../deployments/rollouts/counts.ts';
import { findRollouts } from '../../deployments/rollouts/find.ts';
import { FINAL_STATUSES, type Rollout } from '../../deployments/rollouts/rollout.ts';
import type { Context } from '../../shared/context.ts';

/** Rollouts that one statement counts. */
const COUNTED_TOGETHER = 100;

/** A rollout and the progress of its targets. */
export interface RolloutProgress {
  rollout: Rollout;
  targetCounts: TargetCounts;
}

/** What is known of a rollout; null if there is none. */
export type Known = { progress: RolloutProgress; text: string } | null;

/** What has changed since rollouts were looked at. */
export interface Outdated {
  all: boolean;
  /** Targets, and so how far rollouts are. */
  targets: boolean;
  ids: Set<number>;
}
export const nothingOutdated = (): Outdated => ({ all: false, targets: false, ids: new Set() });

/** Reads what is not known of these rollouts, or outdated. */
export async function refreshed(
  context: Context,
  ids: ReadonlySet<number>,
  known: ReadonlyMap<number, Known>,
  outdated: Outdated,
): Promise<Map<number, Known>> {
  const now = new Map<number, Known>();
  const read: number[] = [];
  for (const id of ids) {
    const before = known.get(id);
    if (before === undefined || isOutdated(id, before, outdated)) read.push(id);
    else now.set(id, before);
  }
  for (const chunk of chunks(read, COUNTED_TOGETHER)) {
    const found = await findRollouts(context, chunk);
    const rollouts = found.flatMap((rollout) => rollout ?? []);
    const counts = await countTargetsOfRollouts(context, rollouts);
    for (const id of chunk) now.set(id, null);
    for (const [at, rollout] of rollouts.entries()) {
      const progress = { rollout, targetCounts: counts[at]! };
      now.set(rollout.id, { progress, text: JSON.stringify(progress) });
    }
  }
  return now;
}

const isOutdated = (id: number, known: Known, { all, targets, ids }: Outdated): boolean =>
  all ||
  ids.has(id) ||
  (targets && known !== null && !FINAL_STATUSES.includes(known.progress.rollout.status));
