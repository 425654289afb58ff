import type { Request, Router } from 'express';
import { createTargetFilter } from '../../services/target-filters/create.ts';
import { deleteTargetFilter } from '../../services/target-filters/delete.ts';
import { TARGET_FILTER_SORT_NAMES } from '../../services/target-filters/fields.ts';
import { findTargetFilter, type TargetFilter } from '../../services/target-filters/find.ts';
import { listTargetFilters } from '../../services/target-filters/list.ts';
import { updateTargetFilter } from '../../services/target-filters/update.ts';
import { asObject, textOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { pagedList, pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { authorship, type Links, link } from './render.ts';
import { type Handler, type ResourceOptions, resource } from './resource.ts';

/** `/targetfilters`; `linksOf` gives the links' base for a request. */
export function targetFilterRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const listing = await listTargetFilters(context, pageRequest(request, TARGET_FILTER_SORT_NAMES));
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (filter) => renderFilter(filter, selfLink(links, filter))));
  };
  const post: Handler = async (context, request, response) => {
    const { name = '', query = '' } = readFilter(request);
    const filter = await createTargetFilter(context, { name, query });
    sendHal(response.status(201), renderFilter(filter, allLinks(linksOf(request), filter)));
  };
  resource(router, '/targetfilters', { get, post }, options);

  const getOne: Handler = async (context, request, response) => {
    const filter = await findTargetFilter(context, pathIdOf(request, 'id'));
    sendHal(response, renderFilter(filter, allLinks(linksOf(request), filter)));
  };
  const put: Handler = async (context, request, response) => {
    const filter = await updateTargetFilter(context, {
      ...readFilter(request),
      id: pathIdOf(request, 'id'),
    });
    sendHal(response, renderFilter(filter, allLinks(linksOf(request), filter)));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteTargetFilter(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(router, '/targetfilters/:id', { get: getOne, put, delete: remove }, options);
}

function readFilter(request: Request) {
  const body = asObject(jsonOf(request));
  return { name: textOf(body, 'name'), query: textOf(body, 'query') };
}

/** Here, and nowhere else, hawkBit sends null for what has no value: no filter assigns anything by itself yet. */
const renderFilter = (filter: TargetFilter, links: object) => ({
  ...authorship(filter),
  id: filter.id,
  name: filter.name,
  query: filter.query,
  autoAssignDistributionSet: null,
  autoAssignActionType: null,
  autoAssignWeight: null,
  confirmationRequired: null,
  _links: links,
});

const selfLink = (links: Links, { id }: TargetFilter) => ({ self: link(links('targetfilters', id)) });

const allLinks = (links: Links, filter: TargetFilter) => ({
  ...selfLink(links, filter),
  autoAssignDS: link(links('targetfilters', filter.id, 'autoAssignDS')),
});
