import type { Router } from 'express';
import { printText } from '../../filters/print.ts';
import { readableAmong } from '../../services/access/readable-fields.ts';
import type { AutoAssignment } from '../../services/deployments/auto-assignments/auto-assignment.ts';
import { findAutoAssignmentsOfFilters } from '../../services/deployments/auto-assignments/find.ts';
import { clearAutoAssignment } from '../../services/fleet/target-filters/clear-auto-assignment.ts';
import { createTargetFilter } from '../../services/fleet/target-filters/create.ts';
import { deleteTargetFilter } from '../../services/fleet/target-filters/delete.ts';
import { TARGET_FILTER_SORT_NAMES } from '../../services/fleet/target-filters/fields.ts';
import { findTargetFilter, type TargetFilter } from '../../services/fleet/target-filters/find.ts';
import { listTargetFilters, listTargetFiltersOfSet } from '../../services/fleet/target-filters/list.ts';
import { setAutoAssignment } from '../../services/fleet/target-filters/set-auto-assignment.ts';
import { updateTargetFilter } from '../../services/fleet/target-filters/update.ts';
import type { Context } from '../../services/shared/context.ts';
import { findDistributionSet } from '../../services/software/distribution-sets/find.ts';
import { encodeSegment } from '../base-url.ts';
import { asObject, booleanOf, integer32Of, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { forceTypeOf, neededSetId } from './assignments.ts';
import { collectionRoutes, pagedCollection } from './collection.ts';
import { AUTO_ASSIGNED_SET, FILTERS_OF_SET } from './described/auto-assignments.ts';
import { TARGET_FILTER } from './described/collections.ts';
import { renderWhole } from './distribution-sets.ts';
import { pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { type Links, type LinksOf, link, renderAuthorship, selfLink } from './render.ts';
import { answersNoContent, type Handler, type ResourceOptions, resource, takes } from './resource.ts';

/** Of `autoAssignDS`. */
const NAMES = { distributionSetId: 'id', forceType: 'type' };

/** `/targetfilters` */
export function targetFilterRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, options, linksOf, {
    ...RENDERED_FILTERS,
    fullRendererOf,
    needs: { create: 'CREATE_TARGET', update: 'UPDATE_TARGET' },
    names: { filter: 'query' },
    sortNames: TARGET_FILTER_SORT_NAMES,
    described: TARGET_FILTER,
    list: (context, page) => listTargetFilters(context, page),
    find: findTargetFilter,
    create: (context, body) => {
      const { name = '', filter = '' } = readFilter(asObject(body));
      return createTargetFilter(context, { name, filter });
    },
    update: (context, id, body) => updateTargetFilter(context, { ...readFilter(body), id }),
    remove: deleteTargetFilter,
    moreLinks: moreLinksOf,
  });

  autoAssignmentRoutes(router, options, linksOf);

  const getOfSet: Handler = async (context, request, response) => {
    const page = pageRequest(request, TARGET_FILTER_SORT_NAMES);
    const listing = await listTargetFiltersOfSet(context, pathIdOf(request, 'id'), page);
    sendHal(response, await pagedCollection(context, listing, linksOf(request), RENDERED_FILTERS));
  };
  resource(
    router,
    '/distributionsets/:id/autoAssignTargetFilters',
    { get: getOfSet },
    { ...options, described: FILTERS_OF_SET },
  );
}

/** `/targetfilters/{id}/autoAssignDS` */
function autoAssignmentRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const get: Handler = async (context, request, response) => {
    const { id } = await findTargetFilter(context, pathIdOf(request, 'id'));
    const [autoAssignment] = await findAutoAssignmentsOfFilters(context, [id]);
    if (!autoAssignment) return void response.status(204).end();
    const set = await findDistributionSet(context, autoAssignment.distributionSet.id);
    sendHal(response, await renderWhole(context, set, linksOf(request)));
  };
  const post: Handler = async (context, request, response) => {
    const body = asObject(jsonOf(request));
    const { targetFilter, autoAssignment } = await setAutoAssignment(context, {
      targetFilterId: pathIdOf(request, 'id'),
      distributionSetId: neededSetId(body),
      forceType: forceTypeOf(body),
      weight: integer32Of(body, 'weight'),
      confirmationRequired: booleanOf(body, 'confirmationRequired'),
    });
    const render = await rendererWith(context, new Map([[targetFilter.id, autoAssignment]]));
    const links = linksOf(request);
    const self = selfLink(links, 'targetfilters', targetFilter.id);
    sendHal(response, render(targetFilter, { ...self, ...moreLinksOf(links, targetFilter) }));
  };
  const remove = answersNoContent((context, request) =>
    clearAutoAssignment(context, { targetFilterId: pathIdOf(request, 'id') }),
  );
  const methods = { get, post: takes('UPDATE_TARGET', post), delete: remove };
  resource(router, '/targetfilters/:id/autoAssignDS', methods, {
    ...options,
    names: NAMES,
    described: AUTO_ASSIGNED_SET,
  });
}

const readFilter = (body: JsonObject) => ({ name: textOf(body, 'name'), filter: textOf(body, 'query') });

const rendererOf = async (context: Context, filters: readonly TargetFilter[]) =>
  rendererWith(context, await autoAssignmentsOf(context, filters));

const fullRendererOf = async (context: Context, filters: readonly TargetFilter[], links: Links) =>
  rendererWith(context, await autoAssignmentsOf(context, filters), links);

async function autoAssignmentsOf(context: Context, filters: readonly TargetFilter[]) {
  const ids = filters.map(({ id }) => id);
  const found = await findAutoAssignmentsOfFilters(context, ids);
  return new Map(ids.map((id, index) => [id, found[index]]));
}

/**
 * Renders filters with their auto-assignments, which are given by the filter's id; only what the caller may read. With
 * `linksOfSets` there is a link to the set that is assigned, which is a search for it, as in hawkBit.
 */
async function rendererWith(
  context: Context,
  autoAssignments: ReadonlyMap<number, AutoAssignment | undefined>,
  linksOfSets?: Links,
) {
  const { settings } = await context.tenants.byId(context.caller.tenantId);
  const setIds = [...autoAssignments.values()].flatMap((one) => one?.distributionSet.id ?? []);
  const seesSet = await readableAmong(context, 'distributionSet', setIds);
  const linkOfSet = (set: AutoAssignment['distributionSet'] | undefined) =>
    set && linksOfSets && seesSet(set.id) ? { DS: linkToSearchOf(set, linksOfSets) } : {};
  return (filter: TargetFilter, links: object) => ({
    ...renderAuthorship(filter),
    id: filter.id,
    name: filter.name,
    query: filter.filter,
    ...renderAutoAssignment(autoAssignments.get(filter.id), settings.confirmationFlow, seesSet),
    _links: { ...links, ...linkOfSet(autoAssignments.get(filter.id)?.distributionSet) },
  });
}

const linkToSearchOf = ({ name, version }: { name: string; version: string }, links: Links) =>
  link(
    `${links('distributionsets')}?q=${encodeSegment(`name==${printText(name)};version==${printText(version)}`)}&offset=0&limit=50`,
  );

/** Here, and nowhere else, hawkBit sends null for what has no value. */
const renderAutoAssignment = (
  autoAssignment: AutoAssignment | undefined,
  confirmationFlow: boolean,
  seesSet: (id: number) => boolean,
) => ({
  autoAssignDistributionSet:
    autoAssignment && seesSet(autoAssignment.distributionSet.id) ? autoAssignment.distributionSet.id : null,
  autoAssignActionType: autoAssignment?.forceType ?? null,
  autoAssignWeight: autoAssignment?.weight ?? null,
  confirmationRequired: confirmationFlow ? (autoAssignment?.confirmationRequired ?? null) : null,
});

const moreLinksOf = (links: Links, { id }: TargetFilter) => ({
  autoAssignDS: link(links('targetfilters', id, 'autoAssignDS')),
});

/** What a page of filters needs. */
const RENDERED_FILTERS = { segment: 'targetfilters', rendererOf };
