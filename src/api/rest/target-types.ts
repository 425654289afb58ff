import type { Router } from 'express';
import {
  addCompatibleSetTypes,
  listCompatibleSetTypes,
  removeCompatibleSetTypes,
} from '../../services/fleet/target-types/compatible-set-types.ts';
import { createTargetTypes } from '../../services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../services/fleet/target-types/delete.ts';
import { TARGET_TYPE_SORT_NAMES } from '../../services/fleet/target-types/fields.ts';
import { findTargetType } from '../../services/fleet/target-types/find.ts';
import { listTargetTypes } from '../../services/fleet/target-types/list.ts';
import type { TargetType } from '../../services/fleet/target-types/target-type.ts';
import { updateTargetType } from '../../services/fleet/target-types/update.ts';
import { filledTextOf, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { collectionRoutes, createListed } from './collection.ts';
import { TARGET_TYPE } from './described/collections.ts';
import { SET_TYPE_OF_TARGET_TYPE, SET_TYPES_OF_TARGET_TYPE } from './described/software.ts';
import { idsOfReferences, readIds, renderSetType } from './distribution-set-types.ts';
import { pathIdOf } from './parameters.ts';
import { type LinksOf, link, renderAuthorship, selfLink, withoutNulls } from './render.ts';
import { answersNoContent, type Handler, type ResourceOptions, resource, takes } from './resource.ts';

/** `/targettypes` */
export function targetTypeRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, options, linksOf, {
    segment: 'targettypes',
    needs: { create: 'CREATE_TARGET_TYPE', update: 'UPDATE_TARGET_TYPE' },
    names: { color: 'colour', compatibleDistributionSetTypeIds: 'compatibledistributionsettypes' },
    sortNames: TARGET_TYPE_SORT_NAMES,
    described: TARGET_TYPE,
    list: listTargetTypes,
    find: findTargetType,
    create: createListed('targetTypes', readTargetType, (context, targetTypes) =>
      createTargetTypes(context, { targetTypes }),
    ),
    update: (context, id, body) => {
      const { key: _, ...changes } = readTargetType(body);
      return updateTargetType(context, { ...changes, id });
    },
    remove: deleteTargetType,
    rendererOf: () => renderTargetType,
    moreLinks: (links, { id }) => ({
      compatibledistributionsettypes: link(links('targettypes', id, 'compatibledistributionsettypes')),
    }),
  });

  const path = '/targettypes/:id/compatibledistributionsettypes';
  const getSetTypes: Handler = async (context, request, response) => {
    const setTypes = await listCompatibleSetTypes(context, pathIdOf(request, 'id'));
    const links = linksOf(request);
    sendHal(
      response,
      setTypes.map((type) => renderSetType(type, selfLink(links, 'distributionsettypes', type.id))),
    );
  };
  const addSetTypes = answersNoContent((context, request) => {
    const setTypeIds = idsOfReferences(jsonOf(request));
    return addCompatibleSetTypes(context, { id: pathIdOf(request, 'id'), setTypeIds });
  });
  resource(
    router,
    path,
    { get: getSetTypes, post: takes('UPDATE_TARGET_TYPE', addSetTypes) },
    { ...options, names: { setTypeIds: '' }, described: SET_TYPES_OF_TARGET_TYPE },
  );

  const removeSetType = answersNoContent((context, request) => {
    const setTypeIds = [pathIdOf(request, 'setTypeId')];
    return removeCompatibleSetTypes(context, { id: pathIdOf(request, 'id'), setTypeIds });
  });
  resource(
    router,
    `${path}/:setTypeId`,
    { delete: removeSetType },
    { ...options, described: SET_TYPE_OF_TARGET_TYPE },
  );
}

const readTargetType = (body: JsonObject) => ({
  key: filledTextOf(body, 'key'),
  name: filledTextOf(body, 'name'),
  description: textOf(body, 'description'),
  color: textOf(body, 'colour'),
  compatibleDistributionSetTypeIds: readIds(body, 'compatibledistributionsettypes'),
});

const renderTargetType = (type: TargetType, links: object) =>
  withoutNulls({
    ...renderAuthorship(type),
    id: type.id,
    key: type.key,
    name: type.name,
    description: type.description,
    colour: type.color,
    deleted: false,
    _links: links,
  });
