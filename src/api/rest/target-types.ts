import type { Request, Router } from 'express';
import {
  addCompatibleSetTypes,
  listCompatibleSetTypes,
  removeCompatibleSetTypes,
} from '../../services/fleet/target-types/compatible-set-types.ts';
import { createTargetTypes } from '../../services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../services/fleet/target-types/delete.ts';
import { TARGET_TYPE_SORT_NAMES } from '../../services/fleet/target-types/fields.ts';
import { findTargetType, type TargetType } from '../../services/fleet/target-types/find.ts';
import { listTargetTypes } from '../../services/fleet/target-types/list.ts';
import { updateTargetType } from '../../services/fleet/target-types/update.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { asObject, asObjects, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { idsOf, readIds, renderSetType, selfLink as setTypeLink } from './distribution-set-types.ts';
import { throwFirst } from './field-names.ts';
import { pagedList, pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { authorship, type Links, link, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';

const NAMES = { compatibleDistributionSetTypeIds: 'compatibledistributionsettypes' };

/** `/targettypes`; `linksOf` gives the links' base for a request. */
export function targetTypeRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const listing = await listTargetTypes(context, pageRequest(request, TARGET_TYPE_SORT_NAMES));
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (type) => renderTargetType(type, selfLink(links, type))));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readTargetType);
    const { targetTypes, faults } = await createTargetTypes(context, { targetTypes: input });
    throwFirst(faults, 'targetTypes', input);
    const links = linksOf(request);
    await sendCreated(response, targetTypes, (type) => renderTargetType(type, selfLink(links, type)));
  };
  resource(
    router,
    '/targettypes',
    { get, post: takes('CREATE_TARGET_TYPE', post) },
    { ...options, names: NAMES },
  );

  const getOne: Handler = async (context, request, response) => {
    const type = await findTargetType(context, pathIdOf(request, 'id'));
    sendHal(response, renderTargetType(type, allLinks(linksOf(request), type)));
  };
  const put: Handler = async (context, request, response) => {
    const { key: _, ...changes } = readTargetType(asObject(jsonOf(request)));
    const type = await updateTargetType(context, { ...changes, id: pathIdOf(request, 'id') });
    sendHal(response, renderTargetType(type, allLinks(linksOf(request), type)));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteTargetType(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    '/targettypes/:id',
    { get: getOne, put: takes('UPDATE_TARGET_TYPE', put), delete: remove },
    options,
  );

  const path = '/targettypes/:id/compatibledistributionsettypes';
  const getSetTypes: Handler = async (context, request, response) => {
    const setTypes = await listCompatibleSetTypes(context, pathIdOf(request, 'id'));
    const links = linksOf(request);
    sendHal(
      response,
      setTypes.map((type) => renderSetType(type, setTypeLink(links, type))),
    );
  };
  const addSetTypes: Handler = async (context, request, response) => {
    const setTypeIds = idsOf(jsonOf(request));
    await addCompatibleSetTypes(context, { id: pathIdOf(request, 'id'), setTypeIds });
    response.status(204).end();
  };
  resource(
    router,
    path,
    { get: getSetTypes, post: takes('UPDATE_TARGET_TYPE', addSetTypes) },
    { ...options, names: { setTypeIds: '' } },
  );

  const removeSetType: Handler = async (context, request, response) => {
    const setTypeIds = [pathIdOf(request, 'setTypeId')];
    await removeCompatibleSetTypes(context, { id: pathIdOf(request, 'id'), setTypeIds });
    response.status(204).end();
  };
  resource(router, `${path}/:setTypeId`, { delete: removeSetType }, options);
}

const readTargetType = (body: JsonObject) => ({
  key: textOf(body, 'key'),
  name: textOf(body, 'name'),
  description: textOf(body, 'description'),
  colour: textOf(body, 'colour'),
  compatibleDistributionSetTypeIds: readIds(body, 'compatibledistributionsettypes'),
});

const renderTargetType = (type: TargetType, links: object) =>
  withoutNulls({
    ...authorship(type),
    id: type.id,
    key: type.key,
    name: type.name,
    description: type.description,
    colour: type.colour,
    deleted: false,
    _links: links,
  });

const selfLink = (links: Links, { id }: TargetType) => ({ self: link(links('targettypes', id)) });

const allLinks = (links: Links, type: TargetType) => ({
  ...selfLink(links, type),
  compatibledistributionsettypes: link(links('targettypes', type.id, 'compatibledistributionsettypes')),
});
