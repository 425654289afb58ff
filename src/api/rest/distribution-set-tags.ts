import type { Request, Router } from 'express';
import { invalid } from '../../errors.ts';
import {
  assignDistributionSetTag,
  unassignDistributionSetTag,
} from '../../services/software/distribution-set-tags/assign.ts';
import { createDistributionSetTags } from '../../services/software/distribution-set-tags/create.ts';
import { deleteDistributionSetTag } from '../../services/software/distribution-set-tags/delete.ts';
import { DISTRIBUTION_SET_TAG_SORT_NAMES } from '../../services/software/distribution-set-tags/fields.ts';
import { findDistributionSetTag } from '../../services/software/distribution-set-tags/find.ts';
import {
  listDistributionSetTags,
  listTaggedSets,
} from '../../services/software/distribution-set-tags/list.ts';
import { updateDistributionSetTag } from '../../services/software/distribution-set-tags/update.ts';
import { DISTRIBUTION_SET_SORT_NAMES } from '../../services/software/distribution-sets/fields.ts';
import { asTexts, idOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { collectionRoutes, createListed, pagedCollection } from './collection.ts';
import { SET_TAG } from './described/collections.ts';
import { TAGGED_SET, TAGGED_SETS } from './described/software.ts';
import { RENDERED_SETS } from './distribution-sets.ts';
import { pageRequest } from './paging.ts';
import { pathIdOf } from './parameters.ts';
import { type LinksOf, link } from './render.ts';
import { answersNoContent, type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { readTag, renderTag } from './target-tags.ts';

/** `/distributionsettags` */
export function distributionSetTagRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, options, linksOf, {
    segment: 'distributionsettags',
    needs: { create: 'CREATE_DISTRIBUTION_SET', update: 'UPDATE_DISTRIBUTION_SET' },
    names: { color: 'colour' },
    described: SET_TAG,
    sortNames: DISTRIBUTION_SET_TAG_SORT_NAMES,
    list: listDistributionSetTags,
    find: findDistributionSetTag,
    create: createListed('distributionSetTags', readTag, (context, distributionSetTags) =>
      createDistributionSetTags(context, { distributionSetTags }),
    ),
    update: (context, id, body) => updateDistributionSetTag(context, { ...readTag(body), id }),
    remove: deleteDistributionSetTag,
    rendererOf: () => renderTag,
    moreLinks: (links, { id }) => ({
      assignedDistributionSets: link(`${links('distributionsettags', id, 'assigned')}?offset=0&limit=50`),
    }),
  });
  assignmentRoutes(router, options, linksOf);
}

function assignmentRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const path = '/distributionsettags/:id/assigned';
  const getAssigned: Handler = async (context, request, response) => {
    const page = pageRequest(request, DISTRIBUTION_SET_SORT_NAMES);
    const listing = await listTaggedSets(context, tagIdOf(request), page);
    sendHal(response, await pagedCollection(context, listing, linksOf(request), RENDERED_SETS));
  };
  const assign = answersNoContent((context, request) =>
    assignDistributionSetTag(context, { tagId: tagIdOf(request), setIds: readSetIds(request) }),
  );
  const unassign = answersNoContent((context, request) =>
    unassignDistributionSetTag(context, { tagId: tagIdOf(request), setIds: readSetIds(request) }),
  );
  resource(
    router,
    path,
    {
      get: getAssigned,
      post: takes('UPDATE_DISTRIBUTION_SET', assign),
      delete: takes('UPDATE_DISTRIBUTION_SET', unassign),
    },
    { ...options, names: { setIds: '', tagId: 'id' }, described: TAGGED_SETS },
  );

  const assignOne = answersNoContent((context, request) =>
    assignDistributionSetTag(context, namedSet(request)),
  );
  const unassignOne = answersNoContent((context, request) =>
    unassignDistributionSetTag(context, namedSet(request)),
  );
  resource(
    router,
    `${path}/:setId`,
    { post: assignOne, delete: unassignOne },
    { ...options, described: TAGGED_SET },
  );
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
