import type { Request, Router } from 'express';
import { assignTargetTags } from '../../services/fleet/target-tags/assign.ts';
import { type ChangedTargets, NOT_FOUND_POLICIES } from '../../services/fleet/target-tags/choice.ts';
import { createTargetTags } from '../../services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../services/fleet/target-tags/delete.ts';
import { TARGET_TAG_SORT_NAMES } from '../../services/fleet/target-tags/fields.ts';
import { findTagsOfTargets, findTargetTag, type TargetTag } from '../../services/fleet/target-tags/find.ts';
import { listTaggedTargets, listTargetTags } from '../../services/fleet/target-tags/list.ts';
import { unassignTargetTags } from '../../services/fleet/target-tags/unassign.ts';
import { updateTargetTag } from '../../services/fleet/target-tags/update.ts';
import { TARGET_SORT_NAMES } from '../../services/fleet/targets/fields.ts';
import { findTarget } from '../../services/fleet/targets/find.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { asObject, asObjects, asTexts, type JsonObject, textOf } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { throwFirst } from './field-names.ts';
import { pagedList, pageRequest } from './paging.ts';
import { enumParameter, pathIdOf } from './parameters.ts';
import { authorship, type Links, link, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { controllerIdOf, renderTarget, selfLink as targetLink } from './targets.ts';

/** `/targettags` and the tags of a target; `linksOf` gives the links' base for a request. */
export function targetTagRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const listing = await listTargetTags(context, pageRequest(request, TARGET_TAG_SORT_NAMES));
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (tag) => renderTag(tag, selfLink(links, tag))));
  };
  const post: Handler = async (context, request, response) => {
    const input = await mapInTurns(asObjects(jsonOf(request)), readTag);
    const { targetTags, faults } = await createTargetTags(context, { targetTags: input });
    throwFirst(faults, 'targetTags', input);
    const links = linksOf(request);
    await sendCreated(response, targetTags, (tag) => renderTag(tag, selfLink(links, tag)));
  };
  resource(router, '/targettags', { get, post: takes('CREATE_TARGET', post) }, options);

  const getOne: Handler = async (context, request, response) => {
    const tag = await findTargetTag(context, tagIdOf(request));
    sendHal(response, renderTag(tag, allLinks(linksOf(request), tag)));
  };
  const put: Handler = async (context, request, response) => {
    const changes = readTag(asObject(jsonOf(request)));
    const tag = await updateTargetTag(context, { ...changes, id: tagIdOf(request) });
    sendHal(response, renderTag(tag, allLinks(linksOf(request), tag)));
  };
  const remove: Handler = async (context, request, response) => {
    await deleteTargetTag(context, { id: tagIdOf(request) });
    response.status(204).end();
  };
  resource(
    router,
    '/targettags/:id',
    { get: getOne, put: takes('UPDATE_TARGET', put), delete: remove },
    options,
  );

  const getTagsOfTarget: Handler = async (context, request, response) => {
    const { id } = await findTarget(context, controllerIdOf(request));
    const tags = (await findTagsOfTargets(context, [id])).get(id) ?? [];
    const links = linksOf(request);
    sendHal(
      response,
      tags.map((tag) => renderTag(tag, selfLink(links, tag))),
    );
  };
  resource(router, '/targets/:controllerId/tags', { get: getTagsOfTarget }, options);

  assignmentRoutes(router, options, linksOf);
}

function assignmentRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const getAssigned: Handler = async (context, request, response) => {
    const page = pageRequest(request, TARGET_SORT_NAMES);
    const listing = await listTaggedTargets(context, tagIdOf(request), page);
    const links = linksOf(request);
    sendHal(response, await pagedList(listing, (target) => renderTarget(target, targetLink(links, target))));
  };
  const assign: Handler = async (context, request, response) => {
    throwFault(await assignTargetTags(context, listedTargets(request)));
    response.status(204).end();
  };
  const unassign: Handler = async (context, request, response) => {
    throwFault(await unassignTargetTags(context, listedTargets(request)));
    response.status(204).end();
  };
  resource(
    router,
    '/targettags/:id/assigned',
    {
      get: getAssigned,
      post: takes('UPDATE_TARGET', assign),
      delete: takes('UPDATE_TARGET', unassign),
    },
    { ...options, names: { controllerIds: '', tagIds: 'id' } },
  );

  const assignOne: Handler = async (context, request, response) => {
    await assignTargetTags(context, namedTarget(request));
    response.status(204).end();
  };
  const unassignOne: Handler = async (context, request, response) => {
    await unassignTargetTags(context, namedTarget(request));
    response.status(204).end();
  };
  resource(
    router,
    '/targettags/:id/assigned/:controllerId',
    { post: assignOne, delete: unassignOne },
    options,
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
  colour: textOf(body, 'colour'),
});

export const renderTag = (tag: TargetTag, links: object) =>
  withoutNulls({
    ...authorship(tag),
    id: tag.id,
    name: tag.name,
    description: tag.description,
    colour: tag.colour,
    _links: links,
  });

const selfLink = (links: Links, { id }: TargetTag) => ({ self: link(links('targettags', id)) });

const allLinks = (links: Links, tag: TargetTag) => ({
  ...selfLink(links, tag),
  assignedTargets: link(`${links('targettags', tag.id, 'assigned')}?offset=0&limit=50`),
});
