import type { Request, Router } from 'express';
import { invalid, softwareModuleTypeNotFound } from '../../errors.ts';
import type { Context } from '../../services/shared/context.ts';
import { createDistributionSetTypes } from '../../services/software/distribution-set-types/create.ts';
import { deleteDistributionSetType } from '../../services/software/distribution-set-types/delete.ts';
import type { DistributionSetType } from '../../services/software/distribution-set-types/distribution-set-type.ts';
import { DISTRIBUTION_SET_TYPE_SORT_NAMES } from '../../services/software/distribution-set-types/fields.ts';
import { findDistributionSetType } from '../../services/software/distribution-set-types/find.ts';
import { listDistributionSetTypes } from '../../services/software/distribution-set-types/list.ts';
import { findModuleTypesOfSetTypes } from '../../services/software/distribution-set-types/module-types.ts';
import { setModuleTypeOfSets } from '../../services/software/distribution-set-types/set-module-type.ts';
import { updateDistributionSetType } from '../../services/software/distribution-set-types/update.ts';
import { asObject, asObjects, integerOf, type JsonObject, textOrEmpty } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { collectionRoutes, createListed } from './collection.ts';
import { MODULE_TYPE_OF_SET_TYPE, MODULE_TYPES_OF_SET_TYPE, SET_TYPE } from './described/software.ts';
import { deletedModeOf, pathIdOf } from './parameters.ts';
import { type LinksOf, link, renderAuthorship, selfLink, withoutNulls } from './render.ts';
import { answersNoContent, type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { readTypeChanges, renderModuleType } from './software-module-types.ts';

/** `/distributionsettypes` */
export function distributionSetTypeRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, options, linksOf, {
    segment: 'distributionsettypes',
    needs: { create: 'CREATE_DISTRIBUTION_SET_TYPE', update: 'UPDATE_DISTRIBUTION_SET_TYPE' },
    names: {
      color: 'colour',
      mandatoryModuleTypeIds: 'mandatorymodules',
      optionalModuleTypeIds: 'optionalmodules',
    },
    sortNames: DISTRIBUTION_SET_TYPE_SORT_NAMES,
    described: SET_TYPE,
    list: (context, page, request) => listDistributionSetTypes(context, page, deletedModeOf(request)),
    find: findDistributionSetType,
    create: createListed('distributionSetTypes', readSetType, (context, distributionSetTypes) =>
      createDistributionSetTypes(context, { distributionSetTypes }),
    ),
    update: (context, id, body) => updateDistributionSetType(context, { ...readTypeChanges(body), id }),
    remove: deleteDistributionSetType,
    rendererOf: () => renderSetType,
    moreLinks: (links, { id }) => ({
      mandatorymodules: link(links('distributionsettypes', id, 'mandatorymoduletypes')),
      optionalmodules: link(links('distributionsettypes', id, 'optionalmoduletypes')),
    }),
  });

  elementRoutes(router, options, linksOf, { segment: 'mandatorymoduletypes', role: 'MANDATORY' });
  elementRoutes(router, options, linksOf, { segment: 'optionalmoduletypes', role: 'OPTIONAL' });
}

/** The module types of one set type: those its sets must have, or those they may have. */
function elementRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: LinksOf,
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
      types.map((type) => renderModuleType(type, selfLink(links, 'softwaremoduletypes', type.id))),
    );
  };
  const post = answersNoContent(async (context, request) => {
    const moduleTypeId = integerOf(asObject(jsonOf(request)), 'id');
    if (moduleTypeId === undefined) throw invalid('id: is needed', ['id']);
    await setModuleTypeOfSets(context, { id: pathIdOf(request, 'id'), moduleTypeId, role });
  });
  const add = takes('UPDATE_DISTRIBUTION_SET_TYPE', post);
  resource(
    router,
    `/distributionsettypes/:id/${segment}`,
    { get, post: add },
    { ...options, names: { moduleTypeId: 'id' }, described: MODULE_TYPES_OF_SET_TYPE },
  );

  const getOne: Handler = async (context, request, response) => {
    const wanted = pathIdOf(request, 'moduleTypeId');
    const type = (await moduleTypesOf(context, request)).find(({ id }) => id === wanted);
    if (!type) throw softwareModuleTypeNotFound(String(wanted));
    sendHal(response, renderModuleType(type, selfLink(linksOf(request), 'softwaremoduletypes', type.id)));
  };
  const remove = answersNoContent((context, request) => {
    const moduleTypeId = pathIdOf(request, 'moduleTypeId');
    return setModuleTypeOfSets(context, { id: pathIdOf(request, 'id'), moduleTypeId, role: 'NONE' });
  });
  resource(
    router,
    `/distributionsettypes/:id/${segment}/:moduleTypeId`,
    { get: getOne, delete: remove },
    { ...options, described: MODULE_TYPE_OF_SET_TYPE },
  );
}

const readSetType = (body: JsonObject) => ({
  ...readTypeChanges(body),
  key: textOrEmpty(body, 'key'),
  name: textOrEmpty(body, 'name'),
  mandatoryModuleTypeIds: readIds(body, 'mandatorymodules'),
  optionalModuleTypeIds: readIds(body, 'optionalmodules'),
});

/** The ids in a list of references: `[{"id": 1}]`. */
export function readIds(body: JsonObject, field: string): number[] {
  const list = body[field];
  return list === undefined || list === null ? [] : idsOfReferences(list, field);
}

/** The same where the list is the whole body. @throws MALFORMED_INPUT, INVALID_INPUT where one lacks its id */
export const idsOfReferences = (list: unknown, field?: string): number[] =>
  asObjects(list, field).map((reference) => {
    const id = integerOf(reference, 'id');
    if (id === undefined) throw invalid('id: is needed', ['id']);
    return id;
  });

export const renderSetType = (type: DistributionSetType, links: object) =>
  withoutNulls({
    ...renderAuthorship(type),
    id: type.id,
    key: type.key,
    name: type.name,
    description: type.description,
    colour: type.color,
    deleted: type.deleted,
    _links: links,
  });
