import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { isUnavailable } from '../../../database/unavailable.ts';
import { DomainError } from '../../../errors.ts';
import type { Platform } from '../../shared/context.ts';
import { type AutoAssignmentKey, assignNextTargets, mayAssign } from './assign-next.ts';

/** The longest that one auto-assignment keeps others waiting. */
const TURN_MS = 2_000;
/** After a pass through its targets one rests so many times as long: a million of them don't keep the database busy. */
const PAUSE_FACTOR = 9;
const LONGEST_REST_MS = 60_000;

/** How far an auto-assignment has come. */
interface Pass {
  /** The id of the last target that it came to; 0 at the beginning. */
  after: number;
  spentMs: number;
  /** In the process's own time. */
  restsUntil: number;
}

/**
 * What assigns by itself, each time that it is called: each auto-assignment gets a turn, and goes on where its last one
 * ended. One that fails is tried again a minute later; why is told, unless its set lacks something meanwhile.
 */
export function autoAssigner(
  platform: Platform,
  onError: (error: unknown) => void,
): (isStopping?: () => boolean) => Promise<void> {
  let passes = new Map<string, Pass>();

  const takeTurn = async (key: AutoAssignmentKey, pass: Pass, isStopping: () => boolean) => {
    const began = performance.now();
    while (!isStopping() && performance.now() - began < TURN_MS) {
      const reached = await assignNextTargets(platform, key, pass.after);
      if (reached === null) {
        const spent = pass.spentMs + performance.now() - began;
        return rest(pass, Math.min(PAUSE_FACTOR * spent, LONGEST_REST_MS));
      }
      pass.after = reached;
    }
    pass.spentMs += performance.now() - began;
  };

  return async (isStopping = () => false) => {
    const known = passes;
    passes = new Map();
    for (const key of await findActive(platform)) {
      const name = `${key.tenantId}/${key.id}`;
      const pass = known.get(name) ?? { after: 0, spentMs: 0, restsUntil: 0 };
      passes.set(name, pass);
      if (performance.now() < pass.restsUntil) continue;
      await takeTurn(key, pass, isStopping).catch((error) => {
        if (!isOfSet(error)) onError(error);
        if (!isUnavailable(error)) rest(pass, LONGEST_REST_MS);
      });
    }
  };
}

const isOfSet = (error: unknown) =>
  error instanceof DomainError && error.code.startsWith('DISTRIBUTION_SET_');

function rest(pass: Pass, ms: number): void {
  Object.assign(pass, { after: 0, spentMs: 0, restsUntil: performance.now() + ms });
}

const findActive = ({ database, clock }: Platform): Promise<AutoAssignmentKey[]> =>
  database
    .select({ tenantId: autoAssignments.tenantId, id: autoAssignments.id })
    .from(autoAssignments)
    .where(mayAssign(clock()))
    .orderBy(autoAssignments.tenantId, autoAssignments.id);
