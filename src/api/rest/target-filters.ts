import type { Request, Router } from 'express';
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
import type { Listing } from '../../services/shared/page.ts';
import { findDistributionSet } from '../../services/software/distribution-sets/find.ts';
import { asObject, booleanOf, integerOf, textOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { forceTypeOf, neededSetId } from './assignments.ts';
import { renderWhole } from './distribution-sets.ts';
import { pagedListBy, pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { authorship, type Links, link } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';

type LinksOf = (request: Request) => Links;

/** Of `autoAssignDS`. */
const NAMES = { distributionSetId: 'id', forceType: 'type' };

/** `/targetfilters`; `linksOf` gives the links' base for a request. */
export function targetFilterRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const get: Handler = async (context, request, response) => {
    const listing = await listTargetFilters(context, pageRequest(request, TARGET_FILTER_SORT_NAMES));
    sendHal(response, await pagedFilters(context, listing, linksOf(request)));
  };
  const post: Handler = async (context, request, response) => {
    const { name = '', query = '' } = readFilter(request);
    const filter = await createTargetFilter(context, { name, query });
    sendHal(response.status(201), await renderOne(context, request, filter));
  };
  resource(router, '/targetfilters', { get, post: takes('CREATE_TARGET', post) }, options);

  const renderOne = async (context: Context, request: Request, filter: TargetFilter) => {
    const [autoAssignment] = await findAutoAssignmentsOfFilters(context, [filter.id]);
    const render = await renderer(context, [autoAssignment]);
    return render(filter, autoAssignment, allLinks(linksOf(request), filter));
  };
  const getOne: Handler = async (context, request, response) => {
    const filter = await findTargetFilter(context, pathIdOf(request, 'id'));
    sendHal(response, await renderOne(context, request, filter));
  };
  const put: Handler = async (context, request, response) => {
    const filter = await updateTargetFilter(context, {
      ...readFilter(request),
      id: pathIdOf(request, 'id'),
    });
    sendHal(response, await renderOne(context, request, filter));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteTargetFilter(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    '/targetfilters/:id',
    { get: getOne, put: takes('UPDATE_TARGET', put), delete: remove },
    options,
  );

  autoAssignmentRoutes(router, options, linksOf);

  const getOfSet: Handler = async (context, request, response) => {
    const page = pageRequest(request, TARGET_FILTER_SORT_NAMES);
    const listing = await listTargetFiltersOfSet(context, pathIdOf(request, 'id'), page);
    sendHal(response, await pagedFilters(context, listing, linksOf(request)));
  };
  resource(router, '/distributionsets/:id/autoAssignTargetFilters', { get: getOfSet }, options);
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
      weight: integerOf(body, 'weight'),
      confirmationRequired: booleanOf(body, 'confirmationRequired'),
    });
    const render = await renderer(context, [autoAssignment]);
    sendHal(response, render(targetFilter, autoAssignment, allLinks(linksOf(request), targetFilter)));
  };
  const remove: Handler = async (context, request, response) => {
    await clearAutoAssignment(context, { targetFilterId: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  const methods = { get, post: takes('UPDATE_TARGET', post), delete: remove };
  resource(router, '/targetfilters/:id/autoAssignDS', methods, { ...options, names: NAMES });
}

function readFilter(request: Request) {
  const body = asObject(jsonOf(request));
  return { name: textOf(body, 'name'), query: textOf(body, 'query') };
}

const pagedFilters = (context: Context, listing: Listing<TargetFilter>, links: Links): Promise<object> =>
  pagedListBy(listing, async (items) => {
    const found = await findAutoAssignmentsOfFilters(
      context,
      items.map(({ id }) => id),
    );
    const byId = new Map(items.map(({ id }, index) => [id, found[index]]));
    const render = await renderer(context, found);
    return (filter) => render(filter, byId.get(filter.id), selfLink(links, filter));
  });

/** Renders filters with what they assign by themselves, as far as the caller may read that. */
async function renderer(context: Context, assigning: readonly (AutoAssignment | undefined)[]) {
  const { settings } = await context.tenants.byId(context.caller.tenantId);
  const setIds = assigning.flatMap((one) => one?.distributionSet.id ?? []);
  const seesSet = await readableAmong(context, 'distributionSet', setIds);
  return (filter: TargetFilter, autoAssignment: AutoAssignment | undefined, links: object) => ({
    ...authorship(filter),
    id: filter.id,
    name: filter.name,
    query: filter.query,
    ...renderAutoAssignment(autoAssignment, settings.confirmationFlow, seesSet),
    _links: links,
  });
}

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

const selfLink = (links: Links, { id }: TargetFilter) => ({ self: link(links('targetfilters', id)) });

const allLinks = (links: Links, filter: TargetFilter) => ({
  ...selfLink(links, filter),
  autoAssignDS: link(links('targetfilters', filter.id, 'autoAssignDS')),
});
