import type { Request, Router } from 'express';
import { countTargetsOfGroups, type TargetCounts } from '../../services/deployments/rollouts/counts.ts';
import { ROLLOUT_GROUP_SORT_NAMES } from '../../services/deployments/rollouts/fields.ts';
import { findRolloutGroup, listTargetsOfRolloutGroup } from '../../services/deployments/rollouts/find.ts';
import type { RolloutGroup } from '../../services/deployments/rollouts/group.ts';
import { listRolloutGroups } from '../../services/deployments/rollouts/list.ts';
import { TARGET_SORT_NAMES } from '../../services/fleet/targets/order.ts';
import type { Context } from '../../services/shared/context.ts';
import { sendHal } from '../media.ts';
import { GROUP_ITEM, GROUPS, TARGETS_OF_GROUP } from './described/rollouts.ts';
import { pagedList, pagedListBy, pageRequest } from './paging.ts';
import { isFullWanted, pathIdOf } from './parameters.ts';
import { type Links, link, renderAuthorship, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource } from './resource.ts';
import { renderCounts } from './rollouts.ts';
import { renderTarget, targetLinks } from './targets.ts';

/** `/rollouts/{id}/deploygroups` and below */
export function rolloutGroupRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const path = '/rollouts/:id/deploygroups';
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, ROLLOUT_GROUP_SORT_NAMES);
    const listing = await listRolloutGroups(context, pathIdOf(request, 'id'), page);
    const showsConfirmation = await hasConfirmationFlow(context);
    const links = linksOf(request);
    const renderAll = async (items: readonly RolloutGroup[]) => {
      const counts = isFullWanted(request) ? await countsOf(context, items) : undefined;
      return (group: RolloutGroup) => renderGroup(group, links, showsConfirmation, counts?.get(group.id));
    };
    sendHal(response, await pagedListBy(listing, renderAll));
  };
  resource(router, path, { get }, { ...options, described: GROUPS });

  const keyOf = (request: Request) => ({
    rolloutId: pathIdOf(request, 'id'),
    id: pathIdOf(request, 'groupId'),
  });
  const getOne: Handler = async (context, request, response) => {
    const group = await findRolloutGroup(context, keyOf(request));
    const [counts] = await countTargetsOfGroups(context, [group]);
    sendHal(response, renderGroup(group, linksOf(request), await hasConfirmationFlow(context), counts));
  };
  resource(router, `${path}/:groupId`, { get: getOne }, { ...options, described: GROUP_ITEM });

  const getTargets: Handler = async (context, request, response) => {
    const listing = await listTargetsOfRolloutGroup(
      context,
      keyOf(request),
      pageRequest(request, TARGET_SORT_NAMES),
    );
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (target) => renderTarget(target, targetLinks(links, target))));
  };
  resource(
    router,
    `${path}/:groupId/targets`,
    { get: getTargets },
    { ...options, described: TARGETS_OF_GROUP },
  );
}

const hasConfirmationFlow = async ({ tenants, caller }: Context): Promise<boolean> =>
  (await tenants.byId(caller.tenantId)).settings.confirmationFlow;

async function countsOf(
  context: Context,
  items: readonly RolloutGroup[],
): Promise<Map<number, TargetCounts | undefined>> {
  const counts = await countTargetsOfGroups(context, items);
  return new Map(items.map(({ id }, index) => [id, counts[index]]));
}

const renderGroup = (
  group: RolloutGroup,
  links: Links,
  showsConfirmation: boolean,
  counts: TargetCounts | undefined,
) =>
  withoutNulls({
    ...renderAuthorship(group),
    id: group.id,
    name: group.name,
    description: group.description,
    status: group.status,
    targetFilterQuery: group.filter,
    targetPercentage: group.percentage,
    totalTargets: group.totalTargets,
    totalTargetsPerStatus: counts && renderCounts(counts),
    dynamic: group.dynamic,
    confirmationRequired: showsConfirmation ? group.confirmationRequired : undefined,
    successCondition: { condition: 'THRESHOLD', expression: String(group.successThreshold) },
    successAction: { action: group.successAction, expression: group.successActionExpression },
    errorCondition: { condition: 'THRESHOLD', expression: String(group.errorThreshold) },
    errorAction: { action: 'PAUSE', expression: group.errorActionExpression },
    _links: { self: link(links('rollouts', group.rolloutId, 'deploygroups', group.id)) },
  });
