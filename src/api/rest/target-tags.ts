import type { Request, Router } from 'express';
import { assignTargetTags } from '../../services/fleet/target-tags/assign.ts';
import type { ChangedTargets } from '../../services/fleet/target-tags/choice.ts';
import { createTargetTags } from '../../services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../services/fleet/target-tags/delete.ts';
import { TARGET_TAG_SORT_NAMES } from '../../services/fleet/target-tags/fields.ts';
import { findTagsOfTargets, findTargetTag, type TargetTag } from '../../services/fleet/target-tags/find.ts';
import { listTaggedTargets, listTargetTags } from '../../services/fleet/target-tags/list.ts';
import { unassignTargetTags } from '../../services/fleet/target-tags/unassign.ts';
import { updateTargetTag } from '../../services/fleet/target-tags/update.ts';
import { findTarget } from '../../services/fleet/targets/find.ts';
import { TARGET_SORT_NAMES } from '../../services/fleet/targets/order.ts';
import { NOT_FOUND_POLICIES } from '../../services/fleet/targets/selection.ts';
import { asTexts, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { collectionRoutes, createListed } from './collection.ts';
import { TAGGED_TARGET, TAGGED_TARGETS, TAGS_OF_TARGET, TARGET_TAG } from './described/collections.ts';
import { pagedList, pageRequest } from './paging.ts';
import { enumParameter, pathIdOf } from './parameters.ts';
import { type LinksOf, link, renderAuthorship, selfLink, withoutNulls } from './render.ts';
import { answersNoContent, type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { controllerIdOf, renderTarget, targetLinks } from './targets.ts';

/** `/targettags` and the tags of a target */
export function targetTagRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  collectionRoutes(router, options, linksOf, {
    segment: 'targettags',
    needs: { create: 'CREATE_TARGET', update: 'UPDATE_TARGET' },
    names: { color: 'colour' },
    described: TARGET_TAG,
    sortNames: TARGET_TAG_SORT_NAMES,
    list: listTargetTags,
    find: findTargetTag,
    create: createListed('targetTags', readTag, (context, targetTags) =>
      createTargetTags(context, { targetTags }),
    ),
    update: (context, id, body) => updateTargetTag(context, { ...readTag(body), id }),
    remove: deleteTargetTag,
    rendererOf: () => renderTag,
    moreLinks: (links, { id }) => ({
      assignedTargets: link(`${links('targettags', id, 'assigned')}?offset=0&limit=50`),
    }),
  });

  const getTagsOfTarget: Handler = async (context, request, response) => {
    const { id } = await findTarget(context, controllerIdOf(request));
    const tags = (await findTagsOfTargets(context, [id])).get(id) ?? [];
    const links = linksOf(request);
    sendHal(
      response,
      tags.map((tag) => renderTag(tag, selfLink(links, 'targettags', tag.id))),
    );
  };
  resource(
    router,
    '/targets/:controllerId/tags',
    { get: getTagsOfTarget },
    { ...options, described: TAGS_OF_TARGET },
  );

  assignmentRoutes(router, options, linksOf);
}

function assignmentRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const getAssigned: Handler = async (context, request, response) => {
    const page = pageRequest(request, TARGET_SORT_NAMES);
    const listing = await listTaggedTargets(context, tagIdOf(request), page);
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (target) => renderTarget(target, targetLinks(links, target))));
  };
  const assign = answersNoContent(async (context, request) =>
    throwFault(await assignTargetTags(context, listedTargets(request))),
  );
  const unassign = answersNoContent(async (context, request) =>
    throwFault(await unassignTargetTags(context, listedTargets(request))),
  );
  resource(
    router,
    '/targettags/:id/assigned',
    {
      get: getAssigned,
      post: takes('UPDATE_TARGET', assign),
      delete: takes('UPDATE_TARGET', unassign),
    },
    { ...options, names: { controllerIds: '', tagIds: 'id' }, described: TAGGED_TARGETS },
  );

  const assignOne = answersNoContent((context, request) => assignTargetTags(context, namedTarget(request)));
  const unassignOne = answersNoContent((context, request) =>
    unassignTargetTags(context, namedTarget(request)),
  );
  resource(
    router,
    '/targettags/:id/assigned/:controllerId',
    { post: assignOne, delete: unassignOne },
    { ...options, described: TAGGED_TARGET },
  );
}

const tagIdOf = (request: Request): number => pathIdOf(request, 'id');

const listedTargets = (request: Request) => ({
  tagIds: [tagIdOf(request)],
  controllerIds: asTexts(jsonOf(request)),
  onNotFound: enumParameter(request, 'onNotFoundPolicy', NOT_FOUND_POLICIES),
});

const namedTarget = (request: Request) => ({
  tagIds: [tagIdOf(request)],
  controllerIds: [controllerIdOf(request)],
});

function throwFault({ faults }: ChangedTargets): void {
  if (faults[0]) throw faults[0];
}

export const readTag = (body: JsonObject) => ({
  name: textOf(body, 'name'),
  description: textOf(body, 'description'),
  color: textOf(body, 'colour'),
});

export const renderTag = (tag: TargetTag, links: object) =>
  withoutNulls({
    ...renderAuthorship(tag),
    id: tag.id,
    name: tag.name,
    description: tag.description,
    colour: tag.color,
    _links: links,
  });
