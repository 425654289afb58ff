import type { Request, Router } from 'express';
import { readableAmong } from '../../services/access/readable-fields.ts';
import type { Context } from '../../services/shared/context.ts';
import type { Listing } from '../../services/shared/page.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { createSoftwareModules } from '../../services/software/software-modules/create.ts';
import { deleteSoftwareModule } from '../../services/software/software-modules/delete.ts';
import { SOFTWARE_MODULE_SORT_NAMES } from '../../services/software/software-modules/fields.ts';
import { findSoftwareModule } from '../../services/software/software-modules/find.ts';
import { listSoftwareModules } from '../../services/software/software-modules/list.ts';
import type { SoftwareModule } from '../../services/software/software-modules/module.ts';
import { updateSoftwareModule } from '../../services/software/software-modules/update.ts';
import { asObject, asObjects, booleanOf, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { throwFirst } from './field-names.ts';
import { pagedListBy, pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { authorship, type Links, link, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { deletedModeOf, neededText } from './software-module-types.ts';

/** `/softwaremodules`; `linksOf` gives the links' base for a request. */
export function softwareModuleRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, SOFTWARE_MODULE_SORT_NAMES);
    const listing = await listSoftwareModules(context, page, deletedModeOf(request));
    sendHal(response, await pagedModules(context, listing, linksOf(request)));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readModule);
    const { created, faults } = await createSoftwareModules(context, { softwareModules: input });
    throwFirst(faults, 'softwareModules', input);
    const links = linksOf(request);
    const render = await moduleRendererOf(context, created);
    await sendCreated(response, created, (module) => render(module, selfLink(links, module)));
  };
  resource(router, '/softwaremodules', { get, post: takes('CREATE_SOFTWARE_MODULE', post) }, options);

  const send = async (...[context, request, response, module]: [...Parameters<Handler>, SoftwareModule]) => {
    const render = await moduleRendererOf(context, [module]);
    sendHal(response, render(module, allLinks(linksOf(request), module)));
  };
  const getOne: Handler = async (context, request, response) => {
    const module = await findSoftwareModule(context, pathIdOf(request, 'id'));
    await send(context, request, response, module);
  };
  const put: Handler = async (context, request, response) => {
    const body = asObject(jsonOf(request));
    const module = await updateSoftwareModule(context, {
      id: pathIdOf(request, 'id'),
      description: textOf(body, 'description'),
      vendor: textOf(body, 'vendor'),
      locked: booleanOf(body, 'locked'),
    });
    await send(context, request, response, module);
  };
  const remove: Handler = async (context, request, response) => {
    await deleteSoftwareModule(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    '/softwaremodules/:id',
    { get: getOne, put: takes('UPDATE_SOFTWARE_MODULE', put), delete: remove },
    options,
  );
}

const readModule = (body: JsonObject) => ({
  name: neededText(body, 'name'),
  version: neededText(body, 'version'),
  type: neededText(body, 'type'),
  description: textOf(body, 'description'),
  vendor: textOf(body, 'vendor'),
  encrypted: booleanOf(body, 'encrypted'),
});

/** A page of modules. */
export const pagedModules = (
  context: Context,
  listing: Listing<SoftwareModule>,
  links: Links,
): Promise<object> =>
  pagedListBy(listing, async (items) => {
    const render = await moduleRendererOf(context, items);
    return (module) => render(module, selfLink(links, module));
  });

/** Renders modules, and of their types only what the caller may read. */
export async function moduleRendererOf(context: Context, modules: readonly SoftwareModule[]) {
  const typeIds = modules.map(({ type }) => type.id);
  const seesType = await readableAmong(context, 'softwareModuleType', typeIds);
  return (module: SoftwareModule, { type: typeLink, ...ownLinks }: { self: object; type?: object }) => {
    const type = seesType(module.type.id) ? module.type : undefined;
    return withoutNulls({
      ...authorship(module),
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

export const selfLink = (links: Links, { id }: SoftwareModule) => ({
  self: link(links('softwaremodules', id)),
});

const allLinks = (links: Links, module: SoftwareModule) => ({
  ...selfLink(links, module),
  artifacts: link(links('softwaremodules', module.id, 'artifacts')),
  type: link(links('softwaremoduletypes', module.type.id)),
  metadata: link(links('softwaremodules', module.id, 'metadata')),
});
