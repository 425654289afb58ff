import type { Router } from 'express';
import { readableAmong } from '../../services/access/readable-fields.ts';
import type { Context } from '../../services/shared/context.ts';
import { createSoftwareModules } from '../../services/software/software-modules/create.ts';
import { deleteSoftwareModule } from '../../services/software/software-modules/delete.ts';
import { SOFTWARE_MODULE_SORT_NAMES } from '../../services/software/software-modules/fields.ts';
import { findSoftwareModule } from '../../services/software/software-modules/find.ts';
import { listSoftwareModules } from '../../services/software/software-modules/list.ts';
import type { SoftwareModule } from '../../services/software/software-modules/software-module.ts';
import { updateSoftwareModule } from '../../services/software/software-modules/update.ts';
import { booleanOf, type JsonObject, requireNoNull, textOf, textOrEmpty } from '../json.ts';
import { collectionRoutes, createListed } from './collection.ts';
import { MODULE } from './described/software.ts';
import { deletedModeOf } from './parameters.ts';
import { type EntityLinks, type LinksOf, link, renderAuthorship, withoutNulls } from './render.ts';
import type { ResourceOptions } from './resource.ts';

/** `/softwaremodules` */
export function softwareModuleRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, options, linksOf, {
    ...RENDERED_MODULES,
    needs: { create: 'CREATE_SOFTWARE_MODULE', update: 'UPDATE_SOFTWARE_MODULE' },
    sortNames: SOFTWARE_MODULE_SORT_NAMES,
    described: MODULE,
    list: (context, page, request) => listSoftwareModules(context, page, deletedModeOf(request)),
    find: findSoftwareModule,
    create: createListed('softwareModules', readModule, (context, softwareModules) =>
      createSoftwareModules(context, { softwareModules }),
    ),
    update: (context, id, body) =>
      updateSoftwareModule(context, {
        id,
        description: textOf(body, 'description'),
        vendor: textOf(body, 'vendor'),
        locked: booleanOf(body, 'locked'),
      }),
    remove: deleteSoftwareModule,
    moreLinks: (links, { id, type }) => ({
      artifacts: link(links('softwaremodules', id, 'artifacts')),
      type: link(links('softwaremoduletypes', type.id)),
      metadata: link(links('softwaremodules', id, 'metadata')),
    }),
  });
}

function readModule(body: JsonObject) {
  requireNoNull(body, 'encrypted');
  return {
    name: textOrEmpty(body, 'name'),
    version: textOrEmpty(body, 'version'),
    type: textOrEmpty(body, 'type'),
    description: textOf(body, 'description'),
    vendor: textOf(body, 'vendor'),
    encrypted: booleanOf(body, 'encrypted'),
  };
}

/** Renders modules, and of their types only what the caller may read. */
export async function moduleRendererOf(context: Context, modules: readonly SoftwareModule[]) {
  const typeIds = modules.map(({ type }) => type.id);
  const seesType = await readableAmong(context, 'softwareModuleType', typeIds);
  return (module: SoftwareModule, { type: typeLink, ...ownLinks }: EntityLinks) => {
    const type = seesType(module.type.id) ? module.type : undefined;
    return withoutNulls({
      ...renderAuthorship(module),
      id: module.id,
      name: module.name,
      version: module.version,
      type: type?.key,
      typeName: type?.name,
      description: module.description,
      vendor: module.vendor,
      encrypted: false,
      locked: module.locked,
      deleted: module.deleted,
      complete: module.complete,
      _links: { ...ownLinks, ...(type && typeLink && { type: typeLink }) },
    });
  };
}

/** What a page of modules needs. */
export const RENDERED_MODULES = { segment: 'softwaremodules', rendererOf: moduleRendererOf };
