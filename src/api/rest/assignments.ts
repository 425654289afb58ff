import type { Request, Router } from 'express';
import { invalid, malformed, multiAssignmentNotEnabled } from '../../errors.ts';
import {
  type AssignmentResult,
  assignDistributionSet,
} from '../../services/deployments/assignments/assign.ts';
import {
  findDeployments,
  listTargetsOfSet,
  type SetRelation,
} from '../../services/deployments/assignments/find.ts';
import { type AssignDistributionSet, FORCE_TYPES } from '../../services/deployments/assignments/input.ts';
import { findTargets } from '../../services/fleet/targets/find.ts';
import { TARGET_SORT_NAMES } from '../../services/fleet/targets/order.ts';
import type { Context } from '../../services/shared/context.ts';
import { findDistributionSet } from '../../services/software/distribution-sets/find.ts';
import {
  asObject,
  asObjects,
  booleanOf,
  integer32Of,
  integerOf,
  type JsonObject,
  objectOf,
  requireNoNull,
  textOf,
} from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { ASSIGNED_SET, ASSIGNED_TARGETS, INSTALLED_SET, INSTALLED_TARGETS } from './described/deployments.ts';
import { renderWhole } from './distribution-sets.ts';
import { pagedList, pageRequest } from './paging.ts';
import { booleanParameter, pathIdOf } from './parameters.ts';
import { type Links, link } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { controllerIdOf, renderTarget, targetLinks } from './targets.ts';

type LinksOf = (request: Request) => Links;
type Assignment = AssignDistributionSet['assignments'][number];

const NAMES = { assignments: '', '*': '', controllerIds: 'id', forceType: 'type', forcedAt: 'forcetime' };

/** What sets targets are to have, and which they have; `linksOf` gives the links' base for a request. */
export function assignmentRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  targetSideRoutes(router, options, linksOf);
  setSideRoutes(router, options, linksOf);
}

/** `/targets/{controllerId}/assignedDS` and `installedDS` */
function targetSideRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const getSet =
    (how: SetRelation): Handler =>
    async (context, request, response) => {
      const setId = await setIdOf(context, controllerIdOf(request), how);
      if (setId === null) return void response.status(204).end();
      const set = await findDistributionSet(context, setId);
      sendHal(response, await renderWhole(context, set, linksOf(request)));
    };
  const post: Handler = async (context, request, response) => {
    const body = jsonOf(request);
    const [row, ...others] = Array.isArray(body) ? body.map((one) => asObject(one)) : [asObject(body)];
    if (!row) throw invalid('id: a distribution set is needed', ['id']);
    const distributionSetId = neededSetId(row);
    if (others.some((other) => neededSetId(other) !== distributionSetId)) throw multiAssignmentNotEnabled();
    const offline = booleanParameter(request, 'offline') ?? false;
    const result = await assignDistributionSet(context, {
      distributionSetId,
      offline,
      assignments: [{ controllerIds: [controllerIdOf(request)], ...readOptions(row, offline) }],
    });
    sendHal(response, renderResult(result, linksOf(request)));
  };
  resource(
    router,
    '/targets/:controllerId/assignedDS',
    { get: getSet('assigned'), post: takes('UPDATE_TARGET', post) },
    { ...options, names: { ...NAMES, distributionSetId: 'id' }, described: ASSIGNED_SET },
  );
  resource(
    router,
    '/targets/:controllerId/installedDS',
    { get: getSet('installed') },
    { ...options, described: INSTALLED_SET },
  );
}

/** Null also for a target that isn't there: as in hawkBit, this alone of all of a target's parts is no 404 then. */
async function setIdOf(context: Context, controllerId: string, how: SetRelation): Promise<number | null> {
  const [target] = await findTargets(context, [controllerId]);
  if (!target) return null;
  const [deployment] = await findDeployments(context, [target.id]);
  return (how === 'assigned' ? deployment?.assignedSetId : deployment?.installedSetId) ?? null;
}

/** `/distributionsets/{id}/assignedTargets` and `installedTargets` */
function setSideRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const getTargets =
    (how: SetRelation): Handler =>
    async (context, request, response) => {
      const page = pageRequest(request, TARGET_SORT_NAMES);
      const listing = await listTargetsOfSet(context, pathIdOf(request, 'id'), how, page);
      const links = linksOf(request);
      sendHal(
        response,
        await pagedList(listing, (target) => renderTarget(target, targetLinks(links, target))),
      );
    };
  const post: Handler = async (context, request, response) => {
    const rows = asObjects(jsonOf(request));
    if (!rows.length) throw invalid('id: a target is needed', ['id']);
    const offline = booleanParameter(request, 'offline') ?? false;
    const result = await assignDistributionSet(context, {
      distributionSetId: pathIdOf(request, 'id'),
      offline,
      assignments: alikeTogether(rows, offline),
      onNotFound: 'ON_WHAT_FOUND_AND_SUCCESS',
    });
    sendHal(response, renderResult(result, linksOf(request)));
  };
  const path = '/distributionsets/:id';
  resource(
    router,
    `${path}/assignedTargets`,
    { get: getTargets('assigned'), post: takes('UPDATE_TARGET', post) },
    { ...options, names: NAMES, described: ASSIGNED_TARGETS },
  );
  resource(
    router,
    `${path}/installedTargets`,
    { get: getTargets('installed') },
    { ...options, described: INSTALLED_TARGETS },
  );
}

/** One assignment for all targets with the same options; of a target that is named twice the first counts. */
function alikeTogether(rows: readonly JsonObject[], offline: boolean): Assignment[] {
  const known = new Set<string>();
  const byOptions = new Map<string, Assignment & { controllerIds: string[] }>();
  for (const row of rows) {
    const controllerId = textOf(row, 'id');
    if (controllerId === undefined) throw malformed('id: is needed', ['id']);
    if (known.has(controllerId)) continue;
    known.add(controllerId);
    const options = readOptions(row, offline);
    const key = JSON.stringify(options);
    const alike = byOptions.get(key) ?? { ...options, controllerIds: [] };
    alike.controllerIds.push(controllerId);
    byOptions.set(key, alike);
  }
  return [...byOptions.values()];
}

/** @throws MALFORMED_INPUT */
export function neededSetId(body: JsonObject, field = 'id'): number {
  const id = integerOf(body, field);
  if (id === undefined) throw malformed(`${field}: is needed`, [field]);
  return id;
}

/** How an action urges, or undefined; in lower case only. @throws MALFORMED_INPUT */
export function forceTypeOf(body: JsonObject, field = 'type') {
  const type = textOf(body, field);
  const forceType = FORCE_TYPES.find((one) => one === type);
  if (type !== undefined && !forceType)
    throw malformed(`${field}: must be one of ${FORCE_TYPES.join(', ')}`, [field]);
  return forceType;
}

/** None for an offline assignment: what is there already is neither urged nor waited for, as in hawkBit. @throws MALFORMED_INPUT */
function readOptions(row: JsonObject, offline: boolean): Partial<Assignment> {
  requireNoNull(row, 'forcetime');
  const forceType = forceTypeOf(row);
  const forcetime = integerOf(row, 'forcetime');
  const window = objectOf(row, 'maintenanceWindow');
  const options = {
    forceType,
    forcedAt: forceType === 'timeforced' && forcetime !== undefined ? new Date(forcetime) : undefined,
    weight: integer32Of(row, 'weight'),
    confirmationRequired: booleanOf(row, 'confirmationRequired'),
    maintenanceWindow: window && {
      schedule: textOf(window, 'schedule'),
      duration: textOf(window, 'duration'),
      timezone: textOf(window, 'timezone'),
    },
  };
  return offline ? {} : options;
}

function renderResult({ alreadyAssigned, actions }: AssignmentResult, links: Links) {
  return {
    alreadyAssigned,
    assigned: actions.length,
    total: alreadyAssigned + actions.length,
    assignedActions: actions.map(({ id, controllerId }) => ({
      id,
      _links: { self: link(links('targets', controllerId, 'actions', id)) },
    })),
  };
}
