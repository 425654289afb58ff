import type { Request, Router } from 'express';
import { invalid } from '../../errors.ts';
import { assignTargetGroup } from '../../services/fleet/target-groups/assign.ts';
import { listTargetGroupNames, listTargetsOfGroup } from '../../services/fleet/target-groups/list.ts';
import { TARGET_SORT_NAMES } from '../../services/fleet/targets/order.ts';
import type { Context } from '../../services/shared/context.ts';
import { asTexts } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { TARGET_GROUP, TARGET_GROUPS, TARGETS_OF_GROUP, TARGETS_OF_THIS_GROUP } from './described/targets.ts';
import { pagedList, pageRequest, queryOf } from './paging.ts';
import { booleanParameter, requiredParameter } from './parameters.ts';
import type { Links } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { renderTarget, targetLinks } from './targets.ts';

const NAMES = { controllerIds: '', filter: 'q' };

/** What a removal without a filter means: every target that is in a group. */
const IN_A_GROUP = 'group=not=null';

/**
 * `/targetgroups`. A group stands in the path or, as only there it can have a slash, in the parameter `group`. `linksOf`
 * gives the links' base for a request.
 */
export function targetGroupRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const assigned = async (context: Context, request: Request, group: string, subgroups: boolean) => {
    const { filter: _, ...page } = pageRequest(request, TARGET_SORT_NAMES);
    const listing = await listTargetsOfGroup(context, { group, subgroups }, page);
    const links = linksOf(request);
    return pagedList(listing, (target) => renderTarget(target, targetLinks(links, target)));
  };
  const assignMatching = async (context: Context, request: Request, group: string) => {
    requiredParameter(request, 'q');
    await assignTargetGroup(context, { group, filter: queryOf(request) });
  };
  const assignListed = async (context: Context, request: Request, group: string | null) => {
    const controllerIds = asTexts(jsonOf(request));
    await assignTargetGroup(context, { group, controllerIds, onNotFound: 'ON_WHAT_FOUND_AND_SUCCESS' });
  };

  const get: Handler = async (context, _request, response) =>
    sendHal(response, await listTargetGroupNames(context));
  const put: Handler = async (context, request, response) => {
    await assignMatching(context, request, requiredParameter(request, 'group'));
    response.status(204).end();
  };
  const remove: Handler = async (context, request, response) => {
    await assignTargetGroup(context, { group: null, filter: queryOf(request) ?? IN_A_GROUP });
    response.status(204).end();
  };
  resource(
    router,
    '/targetgroups',
    { get, put, delete: remove },
    { ...options, names: NAMES, described: TARGET_GROUPS },
  );

  const getAssigned: Handler = async (context, request, response) => {
    const group = requiredParameter(request, 'group');
    if (group === '') throw invalid('group: must not be empty', ['group']);
    sendHal(response, await assigned(context, request, group, booleanParameter(request, 'subgroups')));
  };
  const putAssigned: Handler = async (context, request, response) => {
    await assignListed(context, request, requiredParameter(request, 'group'));
    response.status(204).end();
  };
  const removeAssigned: Handler = async (context, request, response) => {
    await assignListed(context, request, null);
    response.status(204).end();
  };
  resource(
    router,
    '/targetgroups/assigned',
    {
      get: getAssigned,
      put: takes('UPDATE_TARGET', putAssigned),
      delete: takes('UPDATE_TARGET', removeAssigned),
    },
    { ...options, names: NAMES, described: TARGETS_OF_GROUP },
  );

  const putGroup: Handler = async (context, request, response) => {
    await assignMatching(context, request, groupOf(request));
    response.status(204).end();
  };
  resource(
    router,
    '/targetgroups/:group',
    { put: putGroup },
    { ...options, names: NAMES, described: TARGET_GROUP },
  );

  const getGroup: Handler = async (context, request, response) =>
    sendHal(response, await assigned(context, request, groupOf(request), false));
  const putGroupList: Handler = async (context, request, response) => {
    await assignListed(context, request, groupOf(request));
    response.status(204).end();
  };
  const methods = { get: getGroup, put: takes('UPDATE_TARGET', putGroupList) };
  resource(router, '/targetgroups/:group/assigned', methods, {
    ...options,
    names: NAMES,
    described: TARGETS_OF_THIS_GROUP,
  });
}

const groupOf = (request: Request): string => String(request.params['group']);
