import { sql } from 'drizzle-orm';
import { change } from '../../shared/change.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import { fillGroups } from './fill.ts';
import { lockRollout } from './rollout.ts';
import { runGroups } from './run-groups.ts';
import { beginRollout } from './schedule.ts';
import { type More, type Step, turnRollout } from './step.ts';
import { deleteGroups, stopGroups } from './wind-down.ts';

export interface RolloutKey {
  tenantId: number;
  id: number;
}

/** The longest that a step waits for what others have locked, so that it doesn't hold up other rollouts. */
const PATIENCE = '5s';

/**
 * Brings a rollout one step further, in one transaction of a bounded size: whatever was committed before a crash, the
 * next step goes on from there. @throws ROLLOUT_NOT_FOUND
 */
export async function advanceRollout(platform: Platform, { tenantId, id }: RolloutKey): Promise<More> {
  const acting = asServer(platform, tenantId);
  return change(acting, async (tx, changes) => {
    await tx.execute(sql`SELECT set_config('lock_timeout', ${PATIENCE}, TRUE)`);
    const rollout = await lockRollout(tx, acting, id);
    return stepOf({ tx, acting, changes, rollout });
  });
}

/** What the server does of itself in a tenant. */
const asServer = (platform: Platform, tenantId: number): ActorContext => ({
  ...platform,
  caller: { tenantId, username: 'system', kind: 'SYSTEM' },
  origin: { channel: 'SERVER', address: null },
});

async function stepOf(step: Step): Promise<More> {
  const { acting, rollout } = step;
  switch (rollout.status) {
    case 'creating':
      return fillGroups(step);
    case 'ready':
      if (!rollout.startAt || rollout.startAt > acting.clock()) return false;
      await turnRollout(step, 'starting');
      return true;
    case 'starting':
      return beginRollout(step);
    case 'running':
      return runGroups(step);
    case 'stopping':
      return stopGroups(step);
    case 'deleting':
      return deleteGroups(step);
    default:
      return false;
  }
}
