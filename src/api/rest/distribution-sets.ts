import type { Request, Router } from 'express';
import { malformed } from '../../errors.ts';
import { readableAmong } from '../../services/access/readable-fields.ts';
import type { Context } from '../../services/shared/context.ts';
import type { Listing } from '../../services/shared/page.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { assignModules, removeModules } from '../../services/software/distribution-sets/assign-modules.ts';
import { createDistributionSets } from '../../services/software/distribution-sets/create.ts';
import { deleteDistributionSet } from '../../services/software/distribution-sets/delete.ts';
import { DISTRIBUTION_SET_SORT_NAMES } from '../../services/software/distribution-sets/fields.ts';
import { findDistributionSet, findModulesOfSets } from '../../services/software/distribution-sets/find.ts';
import {
  CANCELLATIONS,
  invalidateDistributionSet,
} from '../../services/software/distribution-sets/invalidate.ts';
import { listDistributionSets, listModulesOfSet } from '../../services/software/distribution-sets/list.ts';
import type { DistributionSet } from '../../services/software/distribution-sets/set.ts';
import { updateDistributionSet } from '../../services/software/distribution-sets/update.ts';
import { SOFTWARE_MODULE_SORT_NAMES } from '../../services/software/software-modules/fields.ts';
import { asObject, asObjects, booleanOf, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { idsOf, readIds } from './distribution-set-types.ts';
import { throwFirst } from './field-names.ts';
import { pagedListBy, pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { authorship, type Links, link, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { deletedModeOf, neededText } from './software-module-types.ts';
import { selfLink as moduleLink, moduleRendererOf, pagedModules } from './software-modules.ts';

/** `/distributionsets`; `linksOf` gives the links' base for a request. */
export function distributionSetRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, DISTRIBUTION_SET_SORT_NAMES);
    const listing = await listDistributionSets(context, page, deletedModeOf(request));
    sendHal(response, await pagedSets(context, listing, linksOf(request)));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readSet);
    const { created, faults } = await createDistributionSets(context, { distributionSets: input });
    throwFirst(faults, 'distributionSets', input);
    const links = linksOf(request);
    const render = await rendererOf(context, created, links);
    await sendCreated(response, created, (set) => render(set, selfLink(links, set)));
  };
  resource(
    router,
    '/distributionsets',
    { get, post: takes('CREATE_DISTRIBUTION_SET', post) },
    { ...options, names: { moduleIds: 'modules' } },
  );

  const send: (...call: [...Parameters<Handler>, DistributionSet]) => Promise<void> = async (
    context,
    request,
    response,
    set,
  ) => {
    sendHal(response, await renderWhole(context, set, linksOf(request)));
  };
  const getOne: Handler = async (context, request, response) => {
    const set = await findDistributionSet(context, pathIdOf(request, 'id'));
    await send(context, request, response, set);
  };
  const put: Handler = async (context, request, response) => {
    const body = asObject(jsonOf(request));
    const set = await updateDistributionSet(context, {
      id: pathIdOf(request, 'id'),
      name: textOf(body, 'name'),
      version: textOf(body, 'version'),
      description: textOf(body, 'description'),
      requiredMigrationStep: booleanOf(body, 'requiredMigrationStep'),
      locked: booleanOf(body, 'locked'),
    });
    await send(context, request, response, set);
  };
  const remove: Handler = async (context, request, response) => {
    await deleteDistributionSet(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    '/distributionsets/:id',
    { get: getOne, put: takes('UPDATE_DISTRIBUTION_SET', put), delete: remove },
    options,
  );

  const invalidate: Handler = async (context, request, response) => {
    const cancelActions = cancellationOf(textOf(asObject(jsonOf(request)), 'actionCancelationType'));
    await invalidateDistributionSet(context, { id: pathIdOf(request, 'id'), cancelActions });
    response.status(204).end();
  };
  resource(
    router,
    '/distributionsets/:id/invalidate',
    { post: takes('UPDATE_DISTRIBUTION_SET', invalidate) },
    { ...options, names: { cancelActions: 'actionCancelationType' } },
  );

  moduleRoutes(router, options, linksOf);
}

/** `/distributionsets/{id}/assignedSM` */
function moduleRoutes(router: Router, options: ResourceOptions, linksOf: (request: Request) => Links): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, SOFTWARE_MODULE_SORT_NAMES);
    const listing = await listModulesOfSet(context, pathIdOf(request, 'id'), page);
    sendHal(response, await pagedModules(context, listing, linksOf(request)));
  };
  const post: Handler = async (context, request, response) => {
    const moduleIds = idsOf(jsonOf(request));
    await assignModules(context, { id: pathIdOf(request, 'id'), moduleIds });
    response.status(204).end();
  };
  const methods = { get, post: takes('UPDATE_DISTRIBUTION_SET', post) };
  resource(router, '/distributionsets/:id/assignedSM', methods, { ...options, names: { moduleIds: '' } });

  const remove: Handler = async (context, request, response) => {
    const moduleIds = [pathIdOf(request, 'moduleId')];
    await removeModules(context, { id: pathIdOf(request, 'id'), moduleIds });
    response.status(204).end();
  };
  resource(router, '/distributionsets/:id/assignedSM/:moduleId', { delete: remove }, options);
}

/** @throws MALFORMED_INPUT for anything but `none`, `soft` and `force`, in lower case */
function cancellationOf(text: string | undefined) {
  const cancellation = CANCELLATIONS.find((one) => one.toLowerCase() === text);
  if (!cancellation)
    throw malformed('actionCancelationType: must be soft, force or none', ['actionCancelationType']);
  return cancellation;
}

const readSet = (body: JsonObject) => ({
  name: neededText(body, 'name'),
  version: neededText(body, 'version'),
  type: textOf(body, 'type'),
  description: textOf(body, 'description'),
  requiredMigrationStep: booleanOf(body, 'requiredMigrationStep'),
  locked: booleanOf(body, 'locked'),
  moduleIds: readIds(body, 'modules'),
});

/** A page of sets, each with its modules. */
export const pagedSets = (
  context: Context,
  listing: Listing<DistributionSet>,
  links: Links,
): Promise<object> =>
  pagedListBy(listing, async (items) => {
    const render = await rendererOf(context, items, links);
    return (set) => render(set, selfLink(links, set));
  });

/** A set with its modules and all links. */
export async function renderWhole(context: Context, set: DistributionSet, links: Links): Promise<object> {
  const render = await rendererOf(context, [set], links);
  return render(set, allLinks(links, set));
}

/** Renders sets, and of their types and modules only what the caller may read. */
async function rendererOf(context: Context, sets: readonly DistributionSet[], links: Links) {
  const modules = await findModulesOfSets(
    context,
    sets.map(({ id }) => id),
  );
  const renderModule = await moduleRendererOf(context, [...modules.values()].flat());
  const typeIds = sets.map(({ type }) => type.id);
  const seesType = await readableAmong(context, 'distributionSetType', typeIds);
  return (set: DistributionSet, { type: typeLink, ...ownLinks }: SetLinks) => {
    const type = seesType(set.type.id) ? set.type : undefined;
    return withoutNulls({
      ...authorship(set),
      id: set.id,
      name: set.name,
      version: set.version,
      type: type?.key,
      typeName: type?.name,
      description: set.description,
      requiredMigrationStep: set.requiredMigrationStep,
      locked: set.locked,
      deleted: set.deleted,
      valid: set.valid,
      complete: set.complete,
      modules: (modules.get(set.id) ?? []).map((module) => renderModule(module, moduleLink(links, module))),
      _links: { ...ownLinks, ...(type && typeLink && { type: typeLink }) },
    });
  };
}

interface SetLinks {
  self: object;
  type?: object;
}

const selfLink = (links: Links, { id }: DistributionSet) => ({ self: link(links('distributionsets', id)) });

const allLinks = (links: Links, set: DistributionSet) => ({
  ...selfLink(links, set),
  modules: link(`${links('distributionsets', set.id, 'assignedSM')}?offset=0&limit=50`),
  type: link(links('distributionsettypes', set.type.id)),
  metadata: link(links('distributionsets', set.id, 'metadata')),
});
