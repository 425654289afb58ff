import type { Request, Router } from 'express';
import { DELETED_MODES } from '../../services/shared/matching.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { createSoftwareModuleTypes } from '../../services/software/software-module-types/create.ts';
import { deleteSoftwareModuleType } from '../../services/software/software-module-types/delete.ts';
import { SOFTWARE_MODULE_TYPE_SORT_NAMES } from '../../services/software/software-module-types/fields.ts';
import {
  findSoftwareModuleType,
  type SoftwareModuleType,
} from '../../services/software/software-module-types/find.ts';
import { listSoftwareModuleTypes } from '../../services/software/software-module-types/list.ts';
import { updateSoftwareModuleType } from '../../services/software/software-module-types/update.ts';
import { asObject, asObjects, integerOf, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { throwFirst } from './field-names.ts';
import { pagedList, pageRequest } from './paging.ts';
import { enumParameter, pathIdOf } from './parameters.ts';
import { authorship, type Links, link, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';

/** `/softwaremoduletypes`; `linksOf` gives the links' base for a request. */
export function softwareModuleTypeRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, SOFTWARE_MODULE_TYPE_SORT_NAMES);
    const listing = await listSoftwareModuleTypes(context, page, deletedModeOf(request));
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (type) => renderModuleType(type, links)));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readModuleType);
    const { created, faults } = await createSoftwareModuleTypes(context, { softwareModuleTypes: input });
    throwFirst(faults, 'softwareModuleTypes', input);
    const links = linksOf(request);
    await sendCreated(response, created, (type) => renderModuleType(type, links));
  };
  resource(
    router,
    '/softwaremoduletypes',
    { get, post: takes('CREATE_SOFTWARE_MODULE_TYPE', post) },
    options,
  );

  const getOne: Handler = async (context, request, response) => {
    const type = await findSoftwareModuleType(context, pathIdOf(request, 'id'));
    sendHal(response, renderModuleType(type, linksOf(request)));
  };
  const put: Handler = async (context, request, response) => {
    const changes = readTypeChanges(asObject(jsonOf(request)));
    const type = await updateSoftwareModuleType(context, { ...changes, id: pathIdOf(request, 'id') });
    sendHal(response, renderModuleType(type, linksOf(request)));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteSoftwareModuleType(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    '/softwaremoduletypes/:id',
    { get: getOne, put: takes('UPDATE_SOFTWARE_MODULE_TYPE', put), delete: remove },
    options,
  );
}

/** Whether a list shows what was deleted softly. @throws MALFORMED_INPUT */
export const deletedModeOf = (request: Request) => enumParameter(request, 'soft_deleted_mode', DELETED_MODES);

/** What may change of a module type or a set type. */
export const readTypeChanges = (body: JsonObject) => ({
  description: textOf(body, 'description'),
  colour: textOf(body, 'colour'),
});

/** The text of a field that an entity must have; an empty one, which its service refuses, where it is missing. */
export const neededText = (body: JsonObject, field: string): string => textOf(body, field) ?? '';

const readModuleType = (body: JsonObject) => ({
  ...readTypeChanges(body),
  key: neededText(body, 'key'),
  name: neededText(body, 'name'),
  minArtifacts: integerOf(body, 'minArtifacts'),
  maxAssignments: integerOf(body, 'maxAssignments') ?? 0,
});

export const renderModuleType = (type: SoftwareModuleType, links: Links) =>
  withoutNulls({
    ...authorship(type),
    id: type.id,
    key: type.key,
    name: type.name,
    description: type.description,
    colour: type.colour,
    minArtifacts: type.minArtifacts,
    maxAssignments: type.maxAssignments,
    deleted: type.deleted,
    _links: { self: link(links('softwaremoduletypes', type.id)) },
  });
