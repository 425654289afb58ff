import type { Request, Router } from 'express';
import { invalid, softwareModuleTypeNotFound } from '../../errors.ts';
import type { Context } from '../../services/shared/context.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { createDistributionSetTypes } from '../../services/software/distribution-set-types/create.ts';
import { deleteDistributionSetType } from '../../services/software/distribution-set-types/delete.ts';
import { DISTRIBUTION_SET_TYPE_SORT_NAMES } from '../../services/software/distribution-set-types/fields.ts';
import {
  type DistributionSetType,
  findDistributionSetType,
} from '../../services/software/distribution-set-types/find.ts';
import { listDistributionSetTypes } from '../../services/software/distribution-set-types/list.ts';
import { findModuleTypesOfSetTypes } from '../../services/software/distribution-set-types/module-types.ts';
import { setModuleTypeOfSets } from '../../services/software/distribution-set-types/set-module-type.ts';
import { updateDistributionSetType } from '../../services/software/distribution-set-types/update.ts';
import { asObject, asObjects, integerOf, type JsonObject } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { throwFirst } from './field-names.ts';
import { pagedList, pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { authorship, type Links, link, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { deletedModeOf, neededText, readTypeChanges, renderModuleType } from './software-module-types.ts';

const NAMES = { mandatoryModuleTypeIds: 'mandatorymodules', optionalModuleTypeIds: 'optionalmodules' };

/** `/distributionsettypes`; `linksOf` gives the links' base for a request. */
export function distributionSetTypeRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, DISTRIBUTION_SET_TYPE_SORT_NAMES);
    const listing = await listDistributionSetTypes(context, page, deletedModeOf(request));
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (type) => renderSetType(type, selfLink(links, type))));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readSetType);
    const { created, faults } = await createDistributionSetTypes(context, { distributionSetTypes: input });
    throwFirst(faults, 'distributionSetTypes', input);
    const links = linksOf(request);
    await sendCreated(response, created, (type) => renderSetType(type, selfLink(links, type)));
  };
  resource(
    router,
    '/distributionsettypes',
    { get, post: takes('CREATE_DISTRIBUTION_SET_TYPE', post) },
    { ...options, names: NAMES },
  );

  const getOne: Handler = async (context, request, response) => {
    const type = await findDistributionSetType(context, pathIdOf(request, 'id'));
    sendHal(response, renderSetType(type, allLinks(linksOf(request), type)));
  };
  const put: Handler = async (context, request, response) => {
    const changes = readTypeChanges(asObject(jsonOf(request)));
    const type = await updateDistributionSetType(context, { ...changes, id: pathIdOf(request, 'id') });
    sendHal(response, renderSetType(type, allLinks(linksOf(request), type)));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteDistributionSetType(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    '/distributionsettypes/:id',
    { get: getOne, put: takes('UPDATE_DISTRIBUTION_SET_TYPE', put), delete: remove },
    options,
  );

  elementRoutes(router, options, linksOf, { segment: 'mandatorymoduletypes', role: 'MANDATORY' });
  elementRoutes(router, options, linksOf, { segment: 'optionalmoduletypes', role: 'OPTIONAL' });
}

/** The module types of one set type: those its sets must have, or those they may have. */
function elementRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
  { segment, role }: { segment: string; role: 'MANDATORY' | 'OPTIONAL' },
): void {
  const moduleTypesOf = async (context: Context, request: Request) => {
    const { id } = await findDistributionSetType(context, pathIdOf(request, 'id'));
    const elements = (await findModuleTypesOfSetTypes(context, [id])).get(id) ?? [];
    return elements
      .filter(({ mandatory }) => mandatory === (role === 'MANDATORY'))
      .map(({ moduleType }) => moduleType);
  };
  const get: Handler = async (context, request, response) => {
    const types = await moduleTypesOf(context, request);
    const links = linksOf(request);
    sendHal(
      response,
      types.map((type) => renderModuleType(type, links)),
    );
  };
  const post: Handler = async (context, request, response) => {
    const moduleTypeId = integerOf(asObject(jsonOf(request)), 'id');
    if (moduleTypeId === undefined) throw invalid('id: is needed', ['id']);
    await setModuleTypeOfSets(context, { id: pathIdOf(request, 'id'), moduleTypeId, role });
    response.status(204).end();
  };
  const add = takes('UPDATE_DISTRIBUTION_SET_TYPE', post);
  resource(
    router,
    `/distributionsettypes/:id/${segment}`,
    { get, post: add },
    { ...options, names: { moduleTypeId: 'id' } },
  );

  const getOne: Handler = async (context, request, response) => {
    const wanted = pathIdOf(request, 'moduleTypeId');
    const type = (await moduleTypesOf(context, request)).find(({ id }) => id === wanted);
    if (!type) throw softwareModuleTypeNotFound(String(wanted));
    sendHal(response, renderModuleType(type, linksOf(request)));
  };
  const remove: Handler = async (context, request, response) => {
    const moduleTypeId = pathIdOf(request, 'moduleTypeId');
    await setModuleTypeOfSets(context, { id: pathIdOf(request, 'id'), moduleTypeId, role: 'NONE' });
    response.status(204).end();
  };
  resource(
    router,
    `/distributionsettypes/:id/${segment}/:moduleTypeId`,
    { get: getOne, delete: remove },
    options,
  );
}

const readSetType = (body: JsonObject) => ({
  ...readTypeChanges(body),
  key: neededText(body, 'key'),
  name: neededText(body, 'name'),
  mandatoryModuleTypeIds: readIds(body, 'mandatorymodules'),
  optionalModuleTypeIds: readIds(body, 'optionalmodules'),
});

/** The ids in a list of references: `[{"id": 1}]`. */
export function readIds(body: JsonObject, field: string): number[] {
  const list = body[field];
  return list === undefined || list === null ? [] : idsOf(list, field);
}

/** The same where the list is the whole body. @throws MALFORMED_INPUT, INVALID_INPUT where one lacks its id */
export const idsOf = (list: unknown, field?: string): number[] =>
  asObjects(list, field).map((reference) => {
    const id = integerOf(reference, 'id');
    if (id === undefined) throw invalid('id: is needed', ['id']);
    return id;
  });

export const renderSetType = (type: DistributionSetType, links: object) =>
  withoutNulls({
    ...authorship(type),
    id: type.id,
    key: type.key,
    name: type.name,
    description: type.description,
    colour: type.colour,
    deleted: type.deleted,
    _links: links,
  });

export const selfLink = (links: Links, { id }: DistributionSetType) => ({
  self: link(links('distributionsettypes', id)),
});

const allLinks = (links: Links, type: DistributionSetType) => ({
  ...selfLink(links, type),
  mandatorymodules: link(links('distributionsettypes', type.id, 'mandatorymoduletypes')),
  optionalmodules: link(links('distributionsettypes', type.id, 'optionalmoduletypes')),
});
