import type { Request, Router } from 'express';
import { invalid } from '../../errors.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import {
  assignDistributionSetTag,
  unassignDistributionSetTag,
} from '../../services/software/distribution-set-tags/assign.ts';
import { createDistributionSetTags } from '../../services/software/distribution-set-tags/create.ts';
import { deleteDistributionSetTag } from '../../services/software/distribution-set-tags/delete.ts';
import { DISTRIBUTION_SET_TAG_SORT_NAMES } from '../../services/software/distribution-set-tags/fields.ts';
import {
  type DistributionSetTag,
  findDistributionSetTag,
} from '../../services/software/distribution-set-tags/find.ts';
import {
  listDistributionSetTags,
  listTaggedSets,
} from '../../services/software/distribution-set-tags/list.ts';
import { updateDistributionSetTag } from '../../services/software/distribution-set-tags/update.ts';
import { DISTRIBUTION_SET_SORT_NAMES } from '../../services/software/distribution-sets/fields.ts';
import { asObject, asObjects, asTexts, idOf } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { pagedSets } from './distribution-sets.ts';
import { throwFirst } from './field-names.ts';
import { pagedList, pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { type Links, link } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { readTag, renderTag } from './target-tags.ts';

/** `/distributionsettags`; `linksOf` gives the links' base for a request. */
export function distributionSetTagRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, DISTRIBUTION_SET_TAG_SORT_NAMES);
    const listing = await listDistributionSetTags(context, page);
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (tag) => renderTag(tag, selfLink(links, tag))));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readTag);
    const { created, faults } = await createDistributionSetTags(context, { distributionSetTags: input });
    throwFirst(faults, 'distributionSetTags', input);
    const links = linksOf(request);
    await sendCreated(response, created, (tag) => renderTag(tag, selfLink(links, tag)));
  };
  resource(router, '/distributionsettags', { get, post: takes('CREATE_DISTRIBUTION_SET', post) }, options);

  const getOne: Handler = async (context, request, response) => {
    const tag = await findDistributionSetTag(context, tagIdOf(request));
    sendHal(response, renderTag(tag, allLinks(linksOf(request), tag)));
  };
  const put: Handler = async (context, request, response) => {
    const changes = readTag(asObject(jsonOf(request)));
    const tag = await updateDistributionSetTag(context, { ...changes, id: tagIdOf(request) });
    sendHal(response, renderTag(tag, allLinks(linksOf(request), tag)));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteDistributionSetTag(context, { id: tagIdOf(request) });
    response.status(204).end();
  };
  resource(
    router,
    '/distributionsettags/:id',
    { get: getOne, put: takes('UPDATE_DISTRIBUTION_SET', put), delete: remove },
    options,
  );

  assignmentRoutes(router, options, linksOf);
}

function assignmentRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const path = '/distributionsettags/:id/assigned';
  const getAssigned: Handler = async (context, request, response) => {
    const page = pageRequest(request, DISTRIBUTION_SET_SORT_NAMES);
    const listing = await listTaggedSets(context, tagIdOf(request), page);
    sendHal(response, await pagedSets(context, listing, linksOf(request)));
  };
  const assign: Handler = async (context, request, response) => {
    await assignDistributionSetTag(context, { tagId: tagIdOf(request), setIds: readSetIds(request) });
    response.status(204).end();
  };
  const unassign: Handler = async (context, request, response) => {
    await unassignDistributionSetTag(context, { tagId: tagIdOf(request), setIds: readSetIds(request) });
    response.status(204).end();
  };
  resource(
    router,
    path,
    {
      get: getAssigned,
      post: takes('UPDATE_DISTRIBUTION_SET', assign),
      delete: takes('UPDATE_DISTRIBUTION_SET', unassign),
    },
    { ...options, names: { setIds: '', tagId: 'id' } },
  );

  const assignOne: Handler = async (context, request, response) => {
    await assignDistributionSetTag(context, namedSet(request));
    response.status(204).end();
  };
  const unassignOne: Handler = async (context, request, response) => {
    await unassignDistributionSetTag(context, namedSet(request));
    response.status(204).end();
  };
  resource(router, `${path}/:setId`, { post: assignOne, delete: unassignOne }, options);
}

const tagIdOf = (request: Request): number => pathIdOf(request, 'id');

const namedSet = (request: Request) => ({
  tagId: tagIdOf(request),
  setIds: [pathIdOf(request, 'setId')],
});

/** A body that is a list of ids, as numbers or texts. */
const readSetIds = (request: Request): number[] =>
  asTexts(jsonOf(request)).map((text, index) => {
    const id = idOf(text);
    if (id === undefined) throw invalid(`${index}: must be a whole number of 64 bits`, [String(index)]);
    return id;
  });

const selfLink = (links: Links, { id }: DistributionSetTag) => ({
  self: link(links('distributionsettags', id)),
});

const allLinks = (links: Links, tag: DistributionSetTag) => ({
  ...selfLink(links, tag),
  assignedDistributionSets: link(`${links('distributionsettags', tag.id, 'assigned')}?offset=0&limit=50`),
});
