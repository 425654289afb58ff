import type { Request, Router } from 'express';
import { invalid } from '../../errors.ts';
import { findAttributes } from '../../services/fleet/targets/attributes.ts';
import { createTargets } from '../../services/fleet/targets/create.ts';
import { deleteTargets } from '../../services/fleet/targets/delete.ts';
import { findTarget, listTargets } from '../../services/fleet/targets/find.ts';
import { TARGET_SORT_NAMES } from '../../services/fleet/targets/order.ts';
import type { Target } from '../../services/fleet/targets/target.ts';
import { updateTarget } from '../../services/fleet/targets/update.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { asObject, asObjects, booleanOf, filledTextOf, integerOf, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { TARGET_ATTRIBUTES, TARGET_ITEM, TARGETS, TYPE_OF_TARGET } from './described/targets.ts';
import { throwFirst } from './field-names.ts';
import { pagedList, pageRequest } from './paging.ts';
import { type Links, link } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';

const NAMES = { targetTypeId: 'targetType' };

/** hawkBit's `targetType` of an update for a target that shall have no type. */
const NO_TYPE = -1;

/** `/targets` and what belongs to one target. `linksOf` gives the links' base for a request. */
export function targetRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const listing = await listTargets(context, pageRequest(request, TARGET_SORT_NAMES));
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (target) => renderTarget(target, targetLinks(links, target))));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readTarget);
    const { created, faults } = await createTargets(context, { targets: input });
    throwFirst(faults, 'targets', input);
    const links = linksOf(request);
    await sendCreated(response, created, (target) => renderCreated(target, links));
  };
  resource(
    router,
    '/targets',
    { get, post: takes('CREATE_TARGET', post) },
    { ...options, names: NAMES, described: TARGETS },
  );

  const getOne: Handler = async (context, request, response) => {
    const target = await findTarget(context, controllerIdOf(request));
    sendHal(response, renderTarget(target, allLinks(linksOf(request), target)));
  };
  const put: Handler = async (context, request, response) => {
    const { controllerId: _, group: __, targetTypeId, ...changes } = readTarget(asObject(jsonOf(request)));
    const target = await updateTarget(context, {
      ...changes,
      controllerId: controllerIdOf(request),
      targetTypeId: targetTypeId === NO_TYPE ? null : targetTypeId,
    });
    sendHal(response, renderTarget(target, allLinks(linksOf(request), target)));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteTargets(context, { controllerIds: [controllerIdOf(request)] });
    response.status(204).end();
  };
  resource(
    router,
    '/targets/:controllerId',
    { get: getOne, put: takes('UPDATE_TARGET', put), delete: remove },
    { ...options, names: NAMES, described: TARGET_ITEM },
  );

  const getAttributes: Handler = async (context, request, response) => {
    const { id } = await findTarget(context, controllerIdOf(request));
    const attributes = (await findAttributes(context, [id])).get(id) ?? [];
    if (!attributes.length) return void response.status(204).end();
    sendHal(response, Object.fromEntries(attributes.map(({ key, value }) => [key, value])));
  };
  resource(
    router,
    '/targets/:controllerId/attributes',
    { get: getAttributes },
    { ...options, described: TARGET_ATTRIBUTES },
  );

  const assignType: Handler = async (context, request, response) => {
    const targetTypeId = integerOf(asObject(jsonOf(request)), 'id');
    if (targetTypeId === undefined) throw invalid('id: is needed', ['id']);
    await updateTarget(context, { controllerId: controllerIdOf(request), targetTypeId });
    response.status(204).end();
  };
  const unassignType: Handler = async (context, request, response) => {
    await updateTarget(context, { controllerId: controllerIdOf(request), targetTypeId: null });
    response.status(204).end();
  };
  resource(
    router,
    '/targets/:controllerId/targettype',
    { post: takes('UPDATE_TARGET', assignType), delete: unassignType },
    { ...options, names: { targetTypeId: 'id' }, described: TYPE_OF_TARGET },
  );
}

export const controllerIdOf = (request: Request): string => String(request.params['controllerId']);

/** The empty name of a new target counts as none, as in hawkBit, which refuses one of blanks. */
const readTarget = (body: JsonObject) => ({
  controllerId: textOf(body, 'controllerId') ?? '',
  name: body['name'] === '' ? '' : filledTextOf(body, 'name'),
  description: textOf(body, 'description'),
  address: textOf(body, 'address'),
  securityToken: textOf(body, 'securityToken'),
  requestAttributes: booleanOf(body, 'requestAttributes'),
  targetTypeId: integerOf(body, 'targetType'),
  group: textOf(body, 'group'),
});

/**
 * A target as hawkBit sends it: never null, and undefined isn't sent. One literal without a spread, which is many
 * times faster where there are thousands.
 */
export function renderTarget(target: Target, links: object) {
  const { poll, targetType } = target;
  return {
    createdBy: target.createdBy,
    createdAt: target.createdAt.getTime(),
    lastModifiedBy: target.lastModifiedBy,
    lastModifiedAt: target.lastModifiedAt.getTime(),
    controllerId: target.controllerId,
    name: target.name,
    description: target.description ?? undefined,
    group: target.group ?? undefined,
    updateStatus: target.updateStatus,
    lastControllerRequestAt: poll?.lastRequestAt.getTime(),
    installedAt: target.installedAt?.getTime(),
    autoConfirmActive: target.autoConfirmActive ?? undefined,
    ipAddress: ipAddressOf(target.address),
    address: target.address ?? undefined,
    pollStatus: poll
      ? {
          lastRequestAt: poll.lastRequestAt.getTime(),
          nextExpectedRequestAt: poll.nextExpectedRequestAt.getTime(),
          overdue: poll.overdue,
        }
      : undefined,
    securityToken: target.securityToken ?? undefined,
    requestAttributes: target.requestAttributes,
    targetType: targetType?.id,
    targetTypeName: targetType?.name,
    _links: links,
  };
}

/** The answer to a creation has what the seed's example shows: both times as 0, and the links of a whole target. */
function renderCreated(target: Target, links: Links) {
  const { self, assignedDS, installedDS, attributes } = allLinks(links, target);
  const actions = link(links('targets', target.controllerId, 'actions'));
  const shown = { self, assignedDS, installedDS, attributes, actions };
  return Object.assign(renderTarget(target, shown), { lastControllerRequestAt: 0, installedAt: 0 });
}

export const targetLinks = (links: Links, { controllerId }: Target) => ({
  self: link(links('targets', controllerId)),
});

function allLinks(links: Links, target: Target) {
  const self = links('targets', target.controllerId);
  return {
    self: link(self),
    assignedDS: link(`${self}/assignedDS`),
    installedDS: link(`${self}/installedDS`),
    attributes: link(`${self}/attributes`),
    actions: link(`${self}/actions?offset=0&limit=50&sort=id%3ADESC`),
    metadata: link(`${self}/metadata`),
    ...(target.autoConfirmActive !== null && { autoConfirm: link(`${self}/autoConfirm`) }),
    ...(target.targetType && { targetType: link(links('targettypes', target.targetType.id)) }),
  };
}

/**
 * The host of an address that is a URI, in brackets where it is an IPv6 address; but not of one by which no IP is known:
 * `amqp` leads to a broker.
 */
function ipAddressOf(address: string | null): string | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/?#]*@)?(\[[\da-f:.%]+\]|[a-z\d.-]+)(?=[:/?#]|$)/i.exec(
    address ?? '',
  );
  return match && match[1]!.toLowerCase() !== 'amqp' ? match[2] : undefined;
}
