import type { Request, Router } from 'express';
import { invalid, malformed } from '../../errors.ts';
import { readableAmong } from '../../services/access/readable-fields.ts';
import { type Action, isCancellation } from '../../services/deployments/actions/action.ts';
import { cancelActions } from '../../services/deployments/actions/cancel.ts';
import { confirmActions } from '../../services/deployments/actions/confirm.ts';
import { deleteActions, deleteOldActions } from '../../services/deployments/actions/delete.ts';
import { ACTION_SORT_NAMES } from '../../services/deployments/actions/fields.ts';
import { findAction } from '../../services/deployments/actions/find.ts';
import { forceActions } from '../../services/deployments/actions/force.ts';
import { listActions, listActionsOfTarget } from '../../services/deployments/actions/list.ts';
import {
  ACTION_ENTRY_SORT_NAMES,
  type ActionEntry,
  listActionEntries,
} from '../../services/deployments/actions/list-entries.ts';
import { nextOpening } from '../../services/deployments/assignments/maintenance-window.ts';
import { findTarget } from '../../services/fleet/targets/find.ts';
import type { Context } from '../../services/shared/context.ts';
import { readConfirmation } from '../feedback.ts';
import { asObject, integer32Of, integerOf } from '../json.ts';
import { jsonOf, optionalJsonOf, sendHal } from '../media.ts';
import { forceTypeOf } from './assignments.ts';
import {
  ACTION_ITEM,
  ACTION_OF_TARGET,
  ACTIONS,
  ACTIONS_OF_TARGET,
  CONFIRMATION_OF_ACTION,
  HISTORY_OF_ACTION,
} from './described/deployments.ts';
import { pagedList, pagedListBy, pageRequest, parameterValues, queryOf } from './paging.ts';
import { booleanParameter, isFullWanted, pathIdOf } from './parameters.ts';
import { type Links, link, linkToSet, renderAuthorship, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { controllerIdOf } from './targets.ts';

type LinksOf = (request: Request) => Links;

/** `/actions` and those of one target; `linksOf` gives the links' base for a request. */
export function actionRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const get: Handler = async (context, request, response) => {
    const listing = await listActions(context, pageRequest(request, ACTION_SORT_NAMES));
    const how = isFullWanted(request) ? 'full' : 'short';
    const render = async (items: readonly Action[]) =>
      (await rendererOf(context, linksOf(request), items))[how];
    sendHal(response, await pagedListBy(listing, render));
  };
  const remove: Handler = async (context, request, response) => {
    const filter = queryOf(request);
    if (filter) refuseIds(request);
    await deleteActions(context, filter ? { filter } : { actionIds: readIds(request) });
    response.status(204).end();
  };
  resource(
    router,
    '/actions',
    { get, delete: takes('DELETE_TARGET', remove, 'optional') },
    { ...options, names: { actionIds: '', filter: 'q' }, described: ACTIONS },
  );

  const send = senderOf(linksOf);
  const getOne: Handler = async (context, request, response) => {
    await send(context, request, response, await findAction(context, pathIdOf(request, 'id')));
  };
  const removeOne: Handler = async (context, request, response) => {
    await deleteActions(context, { actionIds: [pathIdOf(request, 'id')] });
    response.status(204).end();
  };
  resource(
    router,
    '/actions/:id',
    { get: getOne, delete: removeOne },
    { ...options, described: ACTION_ITEM },
  );

  ofTargetRoutes(router, options, linksOf);
  oneOfTargetRoutes(router, options, linksOf);
}

/** `/targets/{controllerId}/actions` */
function ofTargetRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, ACTION_SORT_NAMES);
    const listing = await listActionsOfTarget(context, controllerIdOf(request), page);
    const render = async (items: readonly Action[]) =>
      (await rendererOf(context, linksOf(request), items)).short;
    sendHal(response, await pagedListBy(listing, render));
  };
  const remove: Handler = async (context, request, response) => {
    const controllerId = controllerIdOf(request);
    const keepLast = integer32Of({ keepLast: parameterValues(request, 'keepLast')[0] }, 'keepLast') ?? -1;
    if (keepLast >= 0) {
      refuseIds(request);
      await deleteOldActions(context, { controllerId, keepLast });
    } else {
      const actionIds = readIds(request);
      await findTarget(context, controllerId);
      await deleteActions(context, { actionIds, controllerId });
    }
    response.status(204).end();
  };
  const methods = { get, delete: takes('DELETE_TARGET', remove, 'optional') };
  resource(router, '/targets/:controllerId/actions', methods, {
    ...options,
    names: { actionIds: '', filter: 'q' },
    described: ACTIONS_OF_TARGET,
  });
}

/** `/targets/{controllerId}/actions/{actionId}` and below; 404 without a body where it is another target's. */
function oneOfTargetRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const path = '/targets/:controllerId/actions/:id';
  const onItsOwn =
    (handle: (...call: [...Parameters<Handler>, Action]) => Promise<void>): Handler =>
    async (context, request, response) => {
      const id = pathIdOf(request, 'id');
      const target = await findTarget(context, controllerIdOf(request));
      const action = await findAction(context, id);
      if (action.target.id !== target.id) return void response.status(404).end();
      await handle(context, request, response, action);
    };
  const send = senderOf(linksOf);
  const getOne = onItsOwn(send);
  const put = onItsOwn(async (context, request, response, { id }) => {
    if (forceTypeOf(asObject(jsonOf(request)), 'forceType') !== 'forced')
      throw invalid('forceType: can only become forced', ['forceType']);
    await forceActions(context, { actionIds: [id] });
    await send(context, request, response, await findAction(context, id));
  });
  const cancel = onItsOwn(async (context, request, response, { id }) => {
    await cancelActions(context, { actionIds: [id], force: booleanParameter(request, 'force') });
    response.status(204).end();
  });
  const methods = { get: getOne, put: takes('UPDATE_TARGET', put), delete: cancel };
  resource(router, path, methods, { ...options, described: ACTION_OF_TARGET });

  const confirm = onItsOwn(async (context, request, response, { id }) => {
    const { confirmation, code, messages } = readConfirmation(asObject(jsonOf(request)));
    await confirmActions(context, { actionIds: [id], confirmation, code, details: [...messages] });
    response.status(204).end();
  });
  resource(
    router,
    `${path}/confirmation`,
    { put: takes('UPDATE_TARGET', confirm) },
    { ...options, described: CONFIRMATION_OF_ACTION },
  );

  const getHistory = onItsOwn(async (context, request, response, { id }) => {
    const listing = await listActionEntries(context, id, pageRequest(request, ACTION_ENTRY_SORT_NAMES));
    sendHal(response, await pagedList(listing, renderEntry));
  });
  resource(router, `${path}/status`, { get: getHistory }, { ...options, described: HISTORY_OF_ACTION });
}

/** Where a query parameter says which actions are meant. @throws MALFORMED_INPUT if the body says so, too */
function refuseIds(request: Request): void {
  const list = optionalJsonOf(request);
  if (Array.isArray(list) && list.length)
    throw malformed('Say which actions are meant only once: in the body, or by a query parameter');
}

/** The ids in the body, at least one. @throws MALFORMED_INPUT */
function readIds(request: Request): number[] {
  const list = optionalJsonOf(request);
  if (!Array.isArray(list) || !list.length)
    throw malformed('Say which actions are meant: by their ids in the body, or by a query parameter');
  return list.map((_, index) => {
    const id = integerOf(list as never, String(index));
    if (id === undefined) throw malformed(`${index}: must be a whole number`, [String(index)]);
    return id;
  });
}

/** Sends all of an action. */
const senderOf =
  (linksOf: LinksOf): ((...call: [...Parameters<Handler>, Action]) => Promise<void>) =>
  async (context, request, response, action) => {
    const { full } = await rendererOf(context, linksOf(request), [action]);
    sendHal(response, full(action));
  };

/** Renders actions, with all links or their own; of their sets and rollouts only what the caller may read. */
async function rendererOf(context: Context, links: Links, actions: readonly Action[]) {
  const setIds = actions.map(({ distributionSet }) => distributionSet.id);
  const seesSet = await readableAmong(context, 'distributionSet', setIds);
  const seesRollouts = await readableAmong(context, 'rollout', []);
  const seen = (action: Action): Action =>
    action.rollout && !seesRollouts(action.rollout.id) ? { ...action, rollout: null } : action;
  return {
    full(action: Action) {
      const shown = allLinks(links, seen(action), seesSet(action.distributionSet.id));
      return renderAction(context, seen(action), shown);
    },
    short: (action: Action) => renderAction(context, seen(action), actionLinks(links, action)),
  };
}

function renderAction({ clock }: Context, action: Action, links: object) {
  const { maintenanceWindow: window } = action;
  return withoutNulls({
    ...renderAuthorship(action),
    id: action.id,
    type: isCancellation(action) ? 'cancel' : 'update',
    active: action.active,
    status: action.status,
    forceType: action.forceType,
    forceTime: action.forcedAt?.getTime(),
    weight: action.weight,
    maintenanceWindow:
      window && withoutNulls({ ...window, nextStartAt: nextOpening(window, clock())?.from.getTime() }),
    lastStatusCode: action.lastStatusCode,
    externalRef: action.externalRef,
    rollout: action.rollout?.id,
    rolloutName: action.rollout?.name,
    _links: links,
  });
}

const renderEntry = ({ id, status, code, messages, occurredAt, reportedAt }: ActionEntry) =>
  withoutNulls({
    id,
    type: status,
    messages,
    code,
    timestamp: occurredAt.getTime(),
    reportedAt: reportedAt.getTime(),
  });

const hrefOf = (links: Links, { id, target }: Pick<Action, 'id' | 'target'>) =>
  links('targets', target.controllerId, 'actions', id);

export const actionLinks = (links: Links, action: Pick<Action, 'id' | 'target'>) => ({
  self: link(hrefOf(links, action)),
});

const isCanceled = ({ status }: Action) => status === 'canceling' || status === 'canceled';

function allLinks(links: Links, action: Action, seesSet: boolean) {
  const { target, distributionSet } = action;
  return {
    ...actionLinks(links, action),
    ...(isCanceled(action) && { canceledaction: link(hrefOf(links, action)) }),
    target: { ...link(links('targets', target.controllerId)), name: target.name },
    ...(seesSet && { distributionset: linkToSet(links, distributionSet) }),
    ...(action.rollout && {
      rollout: { ...link(links('rollouts', action.rollout.id)), name: action.rollout.name },
    }),
    status: link(`${hrefOf(links, action)}/status?offset=0&limit=50&sort=id%3ADESC`),
  };
}
