import { hash } from 'node:crypto';
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { type ActionStatus, actions, type ForceType } from '../../../database/tables/actions.ts';
import { targets } from '../../../database/tables/targets.ts';
import { handlingOf } from '../../deployments/actions/handling.ts';
import { maintenanceWindowOf } from '../../deployments/assignments/maintenance-window.ts';

/** The one thing that a device is to do next. */
export interface NextStep {
  kind: 'deploymentBase' | 'cancelAction' | 'confirmationBase';
  actionId: number;
  setId: number;
  /** Another one whenever the device must handle the action in another way. */
  revision: number;
}

/** The target's action that comes first: of the highest weight, and among equals the oldest. */
export const isNextAction = (tenantId: number | Placeholder): SQL => sql`
  ${actions.tenantId} = ${targets.tenantId} AND ${actions.id} = (
  SELECT next.id FROM actions next
  WHERE next.tenant_id = ${tenantId} AND next.target_id = ${targets.id} AND next.active
  ORDER BY next.weight DESC, next.id LIMIT 1)`;

/**
 * What is read of a device's actions, where `actions` is joined by `isNextAction`. What installed its set is found among its
 * own actions: by `IS NOT DISTINCT FROM`, as PostgreSQL, which learns late that many have the set, would go through the
 * actions of all of them.
 */
export const stepColumns = (tenantId: number | Placeholder) => ({
  actionId: actions.id,
  setId: actions.setId,
  status: actions.status,
  forceType: actions.forceType,
  forcedAt: actions.forcedAt,
  schedule: actions.windowSchedule,
  duration: actions.windowDuration,
  timezone: actions.windowTimezone,
  installedActionId: sql<string | null>`(
    SELECT done.id FROM actions done JOIN target_deployments has
      ON has.tenant_id = done.tenant_id AND has.target_id = done.target_id
        AND has.installed_set_id IS NOT DISTINCT FROM done.set_id
    WHERE done.tenant_id = ${tenantId} AND done.target_id = ${targets.id} AND done.status = 'finished'
    ORDER BY done.id DESC LIMIT 1)`,
});

export interface StepRow {
  actionId: number | null;
  setId: number | null;
  status: ActionStatus | null;
  forceType: ForceType | null;
  forcedAt: Date | null;
  schedule: string | null;
  duration: string | null;
  timezone: string | null;
}

/**
 * What a device has to do at that moment, when its maintenance window opens if it must wait, and until when this is
 * valid.
 */
export function stepOf(
  row: StepRow,
  now: Date,
): { next: NextStep | null; opensAt: Date | null; until: number } {
  const { actionId, setId, status, forceType, forcedAt } = row;
  if (actionId === null || setId === null || forceType === null)
    return { next: null, opensAt: null, until: Number.POSITIVE_INFINITY };
  const { until, opensAt, ...handling } = handlingOf(
    { forceType, forcedAt, maintenanceWindow: maintenanceWindowOf(row) },
    now,
  );
  const revision = Number.parseInt(hash('sha1', JSON.stringify([forceType, handling])).slice(0, 7), 16);
  return { next: { kind: kindOf(status), actionId, setId, revision }, opensAt, until };
}

function kindOf(status: ActionStatus | null): NextStep['kind'] {
  if (status === 'canceling') return 'cancelAction';
  return status === 'wait_for_confirmation' ? 'confirmationBase' : 'deploymentBase';
}
