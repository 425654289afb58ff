import type { Router } from 'express';
import { findStatisticsOfSet } from '../../services/software/distribution-sets/statistics.ts';
import { sendHal } from '../media.ts';
import {
  ACTION_STATISTICS,
  AUTO_ASSIGNMENT_STATISTICS,
  ROLLOUT_STATISTICS,
  STATISTICS_OF_SET,
} from './described/tenant.ts';
import { pathIdOf } from './parameters.ts';
import { type Handler, type ResourceOptions, resource } from './resource.ts';

type Counts = Record<string, number>;

/** `/distributionsets/{id}/statistics` and its parts */
export function setStatisticsRoutes(router: Router, options: ResourceOptions): void {
  const path = '/distributionsets/:id/statistics';
  const read = async (...[context, request]: Parameters<Handler>) => {
    const { actions, rollouts, autoAssignments } = await findStatisticsOfSet(
      context,
      pathIdOf(request, 'id'),
    );
    return {
      actions: totalled(actions),
      rollouts: totalled(rollouts),
      totalAutoAssignments: autoAssignments,
    };
  };
  const get: Handler = async (...call) => sendHal(call[2], await read(...call));
  resource(router, path, { get }, { ...options, described: STATISTICS_OF_SET });

  const getActions: Handler = async (...call) => {
    const { actions } = await read(...call);
    sendHal(call[2], actions['total'] ? { actions } : {});
  };
  resource(router, `${path}/actions`, { get: getActions }, { ...options, described: ACTION_STATISTICS });

  const getRollouts: Handler = async (...call) => {
    const { rollouts } = await read(...call);
    sendHal(call[2], rollouts['total'] ? { rollouts } : {});
  };
  resource(router, `${path}/rollouts`, { get: getRollouts }, { ...options, described: ROLLOUT_STATISTICS });

  const getAutoAssignments: Handler = async (...call) => {
    const { totalAutoAssignments } = await read(...call);
    sendHal(call[2], totalAutoAssignments ? { totalAutoAssignments } : {});
  };
  resource(
    router,
    `${path}/autoassignments`,
    { get: getAutoAssignments },
    { ...options, described: AUTO_ASSIGNMENT_STATISTICS },
  );
}

function totalled(counted: readonly { status: string; count: number }[]): Counts {
  const counts: Counts = { total: 0 };
  for (const { status, count } of counted) {
    counts[status.toUpperCase()] = count;
    counts['total']! += count;
  }
  return counts;
}
