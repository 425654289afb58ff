import type { Request, Router } from 'express';
import { readableAmong } from '../../services/access/readable-fields.ts';
import type { AutoAssignment } from '../../services/deployments/auto-assignments/auto-assignment.ts';
import { createAutoAssignment } from '../../services/deployments/auto-assignments/create.ts';
import {
  approveAutoAssignment,
  denyAutoAssignment,
} from '../../services/deployments/auto-assignments/decide.ts';
import { deleteAutoAssignment } from '../../services/deployments/auto-assignments/delete.ts';
import { AUTO_ASSIGNMENT_SORT_NAMES } from '../../services/deployments/auto-assignments/fields.ts';
import { findAutoAssignment } from '../../services/deployments/auto-assignments/find.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
  startAutoAssignment,
} from '../../services/deployments/auto-assignments/handle.ts';
import {
  listAutoAssignments,
  listAutoAssignmentsOfSet,
} from '../../services/deployments/auto-assignments/list.ts';
import { updateAutoAssignment } from '../../services/deployments/auto-assignments/update.ts';
import type { Context } from '../../services/shared/context.ts';
import { asObject, booleanOf, integer32Of, integerOf, textOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { forceTypeOf, neededSetId } from './assignments.ts';
import {
  AUTO_ASSIGNMENT_ITEM,
  AUTO_ASSIGNMENTS,
  AUTO_ASSIGNMENTS_OF_SET,
} from './described/auto-assignments.ts';
import { stepOf } from './described/deployments.ts';
import { pagedListBy, pageRequest, parameterValues } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { type Links, link, linkToSet, renderAuthorship, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';

const NAMES = { filter: 'targetFilterQuery', forceType: 'actionType' };

/** `/autoassignments`, and those of a set; `linksOf` gives the links' base for a request. */
export function autoAssignmentRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const path = '/autoassignments';
  const send = async (...[context, request, response, one]: [...Parameters<Handler>, AutoAssignment]) => {
    const render = await rendererOf(context, linksOf(request), [one]);
    sendHal(response, render(one));
  };
  const get: Handler = async (context, request, response) => {
    const listing = await listAutoAssignments(context, pageRequest(request, AUTO_ASSIGNMENT_SORT_NAMES));
    const render = (items: readonly AutoAssignment[]) => rendererOf(context, linksOf(request), items);
    sendHal(response, await pagedListBy(listing, render));
  };
  const post: Handler = async (context, request, response) => {
    const created = await createAutoAssignment(context, readAutoAssignment(request));
    await send(context, request, response.status(201), created);
  };
  resource(
    router,
    path,
    { get, post: takes('CREATE_AUTO_ASSIGNMENT', post) },
    { ...options, names: NAMES, described: AUTO_ASSIGNMENTS },
  );

  const getOfSet: Handler = async (context, request, response) => {
    const page = pageRequest(request, AUTO_ASSIGNMENT_SORT_NAMES);
    const listing = await listAutoAssignmentsOfSet(context, pathIdOf(request, 'id'), page);
    const render = (items: readonly AutoAssignment[]) => rendererOf(context, linksOf(request), items);
    sendHal(response, await pagedListBy(listing, render));
  };
  resource(
    router,
    '/distributionsets/:id/autoAssignments',
    { get: getOfSet },
    { ...options, described: AUTO_ASSIGNMENTS_OF_SET },
  );

  const getOne: Handler = async (context, request, response) => {
    await send(context, request, response, await findAutoAssignment(context, pathIdOf(request, 'id')));
  };
  const put: Handler = async (context, request, response) => {
    const body = asObject(jsonOf(request));
    const updated = await updateAutoAssignment(context, {
      id: pathIdOf(request, 'id'),
      name: textOf(body, 'name'),
      description: textOf(body, 'description'),
    });
    await send(context, request, response, updated);
  };
  const remove: Handler = async (context, request, response) => {
    await deleteAutoAssignment(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    `${path}/:id`,
    { get: getOne, put: takes('UPDATE_AUTO_ASSIGNMENT', put), delete: remove },
    { ...options, described: AUTO_ASSIGNMENT_ITEM },
  );

  const step = (name: string, work: (context: Context, request: Request, id: number) => Promise<unknown>) => {
    const post: Handler = async (context, request, response) => {
      await work(context, request, pathIdOf(request, 'id'));
      response.status(204).end();
    };
    const described = stepOf('an auto-assignment', name);
    resource(router, `${path}/:id/${name}`, { post }, { ...options, described });
  };
  const remarkOf = (request: Request) => parameterValues(request, 'remark')[0];
  step('start', (context, _, id) => startAutoAssignment(context, { id }));
  step('pause', (context, _, id) => pauseAutoAssignment(context, { id }));
  step('resume', (context, _, id) => resumeAutoAssignment(context, { id }));
  step('approve', (context, request, id) =>
    approveAutoAssignment(context, { id, remark: remarkOf(request) }),
  );
  step('deny', (context, request, id) => denyAutoAssignment(context, { id, remark: remarkOf(request) }));
}

function readAutoAssignment(request: Request) {
  const body = asObject(jsonOf(request));
  const startAt = integerOf(body, 'startAt');
  return {
    name: textOf(body, 'name') ?? '',
    description: textOf(body, 'description'),
    filter: textOf(body, 'targetFilterQuery') ?? '',
    distributionSetId: neededSetId(body, 'distributionSetId'),
    forceType: forceTypeOf(body, 'actionType'),
    weight: integer32Of(body, 'weight'),
    confirmationRequired: booleanOf(body, 'confirmationRequired'),
    startAt: startAt === undefined ? undefined : new Date(startAt),
  };
}

/** What somebody may do with it next. */
const STEPS: Record<AutoAssignment['status'], readonly string[]> = {
  waiting_for_approval: ['approve', 'deny'],
  approval_denied: [],
  ready: ['start'],
  running: ['pause'],
  paused: ['resume'],
};

/** Renders auto-assignments; of their sets only what the caller may read. */
async function rendererOf(context: Context, links: Links, list: readonly AutoAssignment[]) {
  const setIds = list.map(({ distributionSet }) => distributionSet.id);
  const seesSet = await readableAmong(context, 'distributionSet', setIds);
  return (one: AutoAssignment) => renderAutoAssignment(one, links, seesSet(one.distributionSet.id));
}

function renderAutoAssignment(one: AutoAssignment, links: Links, seesSet: boolean) {
  const { distributionSet: set } = one;
  const linkTo = (...parts: string[]) => link(links('autoassignments', one.id, ...parts));
  return withoutNulls({
    ...renderAuthorship(one),
    id: one.id,
    name: one.name,
    description: one.description,
    targetFilterQuery: one.filter,
    distributionSetId: seesSet ? set.id : undefined,
    status: one.status,
    startAt: one.startAt?.getTime(),
    actionType: one.forceType,
    weight: one.weight,
    confirmationRequired: one.confirmationRequired,
    approvalDecidedBy: one.approvalDecidedBy,
    approvalRemark: one.approvalRemark,
    _links: {
      self: linkTo(),
      ...Object.fromEntries(STEPS[one.status].map((step) => [step, linkTo(step)])),
      ...(seesSet && { distributionset: linkToSet(links, set) }),
    },
  });
}
