import type { Changes } from '../shared/change.ts';
import type { ActorContext } from '../shared/context.ts';
import { nearFrom, type TargetLimit } from './quotas.ts';

/** How many of something a target had, and has now. */
export interface Growth {
  controllerId: string;
  before: number;
  after: number;
}

/** The limit that holds for each target of a tenant. */
export interface LimitOfTargets {
  kind: TargetLimit;
  most: number;
}

/** Targets that an event lists by name. Of more it has the number, and each of them still finds it. */
const LISTED = 100;

/**
 * Records which targets a transaction has brought near a limit, and which to it: one event each, however many they are. A
 * target that stays near is not told of again; one that fell below and came back is.
 */
export function recordNear(
  changes: Pick<Changes, 'record'>,
  { kind, most }: LimitOfTargets,
  grown: readonly Growth[],
  by?: ActorContext,
): void {
  const near = nearFrom(most);
  const reached = grown.filter(({ before, after }) => before < most && after >= most);
  const nearing = grown.filter(({ before, after }) => before < near && after >= near && after < most);
  for (const [type, crossed] of [
    ['target.quota-reached', reached],
    ['target.quota-near', nearing],
  ] as const) {
    if (!crossed.length) continue;
    const names = crossed.map(({ controllerId }) => controllerId).sort();
    const used = crossed.reduce((largest, { after }) => Math.max(largest, after), 0);
    changes.record(
      {
        type,
        ...(names.length > LISTED ? { count: names.length, targets: names } : { subjects: names }),
        changes: { quota: { new: kind.toUpperCase() }, used: { new: used }, limit: { new: most } },
      },
      by,
    );
  }
}
