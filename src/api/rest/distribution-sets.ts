import type { Router } from 'express';
import { malformed } from '../../errors.ts';
import { readableAmong } from '../../services/access/readable-fields.ts';
import type { Context } from '../../services/shared/context.ts';
import { assignModules, removeModules } from '../../services/software/distribution-sets/assign-modules.ts';
import { createDistributionSets } from '../../services/software/distribution-sets/create.ts';
import { deleteDistributionSet } from '../../services/software/distribution-sets/delete.ts';
import type { DistributionSet } from '../../services/software/distribution-sets/distribution-set.ts';
import { DISTRIBUTION_SET_SORT_NAMES } from '../../services/software/distribution-sets/fields.ts';
import { findDistributionSet, findModulesOfSets } from '../../services/software/distribution-sets/find.ts';
import {
  CANCELLATIONS,
  invalidateDistributionSet,
} from '../../services/software/distribution-sets/invalidate.ts';
import { listDistributionSets, listModulesOfSet } from '../../services/software/distribution-sets/list.ts';
import { updateDistributionSet } from '../../services/software/distribution-sets/update.ts';
import { SOFTWARE_MODULE_SORT_NAMES } from '../../services/software/software-modules/fields.ts';
import { asObject, booleanOf, filledTextOf, type JsonObject, textOf, textOrEmpty } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { collectionRoutes, createListed, pagedCollection } from './collection.ts';
import { INVALIDATE, MODULE_OF_SET, MODULES_OF_SET, SET } from './described/software.ts';
import { idsOfReferences, readIds } from './distribution-set-types.ts';
import { pageRequest } from './paging.ts';
import { deletedModeOf, pathIdOf } from './parameters.ts';
import {
  type EntityLinks,
  type Links,
  type LinksOf,
  link,
  renderAuthorship,
  selfLink,
  withoutNulls,
} from './render.ts';
import { answersNoContent, type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { moduleRendererOf, RENDERED_MODULES } from './software-modules.ts';

/** `/distributionsets` */
export function distributionSetRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, { ...options, putsJson: true }, linksOf, {
    ...RENDERED_SETS,
    needs: { create: 'CREATE_DISTRIBUTION_SET', update: 'UPDATE_DISTRIBUTION_SET' },
    names: { moduleIds: 'modules' },
    sortNames: DISTRIBUTION_SET_SORT_NAMES,
    described: SET,
    list: (context, page, request) => listDistributionSets(context, page, deletedModeOf(request)),
    find: findDistributionSet,
    create: createListed('distributionSets', readSet, (context, distributionSets) =>
      createDistributionSets(context, { distributionSets }),
    ),
    update: (context, id, body) =>
      updateDistributionSet(context, {
        id,
        name: textOf(body, 'name'),
        version: textOf(body, 'version'),
        description: textOf(body, 'description'),
        requiredMigrationStep: booleanOf(body, 'requiredMigrationStep'),
        locked: booleanOf(body, 'locked'),
      }),
    remove: deleteDistributionSet,
    moreLinks: moreLinksOf,
  });

  const invalidate = answersNoContent((context, request) => {
    const cancelActions = cancellationOf(textOf(asObject(jsonOf(request)), 'actionCancelationType'));
    return invalidateDistributionSet(context, { id: pathIdOf(request, 'id'), cancelActions });
  });
  resource(
    router,
    '/distributionsets/:id/invalidate',
    { post: takes('UPDATE_DISTRIBUTION_SET', invalidate) },
    { ...options, names: { cancelActions: 'actionCancelationType' }, described: INVALIDATE },
  );

  moduleRoutes(router, options, linksOf);
}

/** `/distributionsets/{id}/assignedSM` */
function moduleRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, SOFTWARE_MODULE_SORT_NAMES);
    const listing = await listModulesOfSet(context, pathIdOf(request, 'id'), page);
    sendHal(response, await pagedCollection(context, listing, linksOf(request), RENDERED_MODULES));
  };
  const post: Handler = async (context, request, response) => {
    const moduleIds = idsOfReferences(jsonOf(request));
    await assignModules(context, { id: pathIdOf(request, 'id'), moduleIds });
    response.status(204).end();
  };
  const methods = { get, post: takes('UPDATE_DISTRIBUTION_SET', post) };
  const itsOptions = { ...options, names: { moduleIds: '' }, described: MODULES_OF_SET };
  resource(router, '/distributionsets/:id/assignedSM', methods, itsOptions);

  const remove = answersNoContent((context, request) =>
    removeModules(context, { id: pathIdOf(request, 'id'), moduleIds: [pathIdOf(request, 'moduleId')] }),
  );
  resource(
    router,
    '/distributionsets/:id/assignedSM/:moduleId',
    { delete: remove },
    { ...options, described: MODULE_OF_SET },
  );
}

/** @throws MALFORMED_INPUT for anything but `none`, `soft` and `force`, in lower case */
function cancellationOf(text: string | undefined) {
  const cancellation = CANCELLATIONS.find((one) => one.toLowerCase() === text);
  if (!cancellation)
    throw malformed('actionCancelationType: must be soft, force or none', ['actionCancelationType']);
  return cancellation;
}

const readSet = (body: JsonObject) => ({
  name: textOrEmpty(body, 'name'),
  version: textOrEmpty(body, 'version'),
  type: filledTextOf(body, 'type'),
  description: textOf(body, 'description'),
  requiredMigrationStep: booleanOf(body, 'requiredMigrationStep'),
  locked: booleanOf(body, 'locked'),
  moduleIds: readIds(body, 'modules'),
});

/** A set with its modules and all links. */
export async function renderWhole(context: Context, set: DistributionSet, links: Links): Promise<object> {
  const render = await rendererOf(context, [set], links);
  return render(set, { ...selfLink(links, 'distributionsets', set.id), ...moreLinksOf(links, set) });
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
  return (set: DistributionSet, { type: typeLink, ...ownLinks }: EntityLinks) => {
    const type = seesType(set.type.id) ? set.type : undefined;
    return withoutNulls({
      ...renderAuthorship(set),
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
      modules: (modules.get(set.id) ?? []).map((module) =>
        renderModule(module, selfLink(links, 'softwaremodules', module.id)),
      ),
      _links: { ...ownLinks, ...(type && typeLink && { type: typeLink }) },
    });
  };
}

const moreLinksOf = (links: Links, { id, type }: DistributionSet) => ({
  modules: link(`${links('distributionsets', id, 'assignedSM')}?offset=0&limit=50`),
  type: link(links('distributionsettypes', type.id)),
  metadata: link(links('distributionsets', id, 'metadata')),
});

/** What a page of sets needs. */
export const RENDERED_SETS = { segment: 'distributionsets', rendererOf };
