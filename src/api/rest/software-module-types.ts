import type { Router } from 'express';
import { createSoftwareModuleTypes } from '../../services/software/software-module-types/create.ts';
import { deleteSoftwareModuleType } from '../../services/software/software-module-types/delete.ts';
import { SOFTWARE_MODULE_TYPE_SORT_NAMES } from '../../services/software/software-module-types/fields.ts';
import { findSoftwareModuleType } from '../../services/software/software-module-types/find.ts';
import { listSoftwareModuleTypes } from '../../services/software/software-module-types/list.ts';
import type { SoftwareModuleType } from '../../services/software/software-module-types/software-module-type.ts';
import { updateSoftwareModuleType } from '../../services/software/software-module-types/update.ts';
import { integer32Of, type JsonObject, requireNoNull, textOf, textOrEmpty } from '../json.ts';
import { collectionRoutes, createListed } from './collection.ts';
import { MODULE_TYPE } from './described/software.ts';
import { deletedModeOf } from './parameters.ts';
import { type LinksOf, renderAuthorship, withoutNulls } from './render.ts';
import type { ResourceOptions } from './resource.ts';

/** `/softwaremoduletypes` */
export function softwareModuleTypeRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, options, linksOf, {
    segment: 'softwaremoduletypes',
    needs: { create: 'CREATE_SOFTWARE_MODULE_TYPE', update: 'UPDATE_SOFTWARE_MODULE_TYPE' },
    names: { color: 'colour' },
    sortNames: SOFTWARE_MODULE_TYPE_SORT_NAMES,
    described: MODULE_TYPE,
    list: (context, page, request) => listSoftwareModuleTypes(context, page, deletedModeOf(request)),
    find: findSoftwareModuleType,
    create: createListed('softwareModuleTypes', readModuleType, (context, softwareModuleTypes) =>
      createSoftwareModuleTypes(context, { softwareModuleTypes }),
    ),
    update: (context, id, body) => updateSoftwareModuleType(context, { ...readTypeChanges(body), id }),
    remove: deleteSoftwareModuleType,
    rendererOf: () => renderModuleType,
  });
}

/** What may change of a module type or a set type. */
export const readTypeChanges = (body: JsonObject) => ({
  description: textOf(body, 'description'),
  color: textOf(body, 'colour'),
});

function readModuleType(body: JsonObject) {
  requireNoNull(body, 'minArtifacts', 'maxAssignments');
  return {
    ...readTypeChanges(body),
    key: textOrEmpty(body, 'key'),
    name: textOrEmpty(body, 'name'),
    minArtifacts: integer32Of(body, 'minArtifacts'),
    maxAssignments: integer32Of(body, 'maxAssignments') ?? 0,
  };
}

export const renderModuleType = (type: SoftwareModuleType, links: object) =>
  withoutNulls({
    ...renderAuthorship(type),
    id: type.id,
    key: type.key,
    name: type.name,
    description: type.description,
    colour: type.color,
    minArtifacts: type.minArtifacts,
    maxAssignments: type.maxAssignments,
    deleted: type.deleted,
    _links: links,
  });
