import type { Request, Router } from 'express';
import type { DomainError } from '../../errors.ts';
import type { Permission } from '../../services/access/grants.ts';
import type { Context } from '../../services/shared/context.ts';
import type { Listing, PageRequest } from '../../services/shared/page.ts';
import { mapInTurns } from '../../services/shared/turns.ts';
import { asObject, asObjects, type JsonObject } from '../json.ts';
import { jsonOf, sendCreated, sendHal } from '../media.ts';
import { type DescribedCollection, describeCollection } from './described/collections.ts';
import { type FieldNames, throwFirst } from './field-names.ts';
import { pagedListBy, pageRequest } from './paging.ts';
import { isFullWanted, pathIdOf } from './parameters.ts';
import { type EntityLinks, type Links, type LinksOf, selfLink } from './render.ts';
import { answersNoContent, type Handler, type ResourceOptions, resource, takes } from './resource.ts';

/** Renders an item with its links. */
type Render<T> = (item: T, itsLinks: EntityLinks) => object;

type RendererOf<T> = (context: Context, items: readonly T[], links: Links) => Render<T> | Promise<Render<T>>;

/** Entities with an id: the verbs of their service, and what requests and answers look like. */
export interface Collection<T extends { id: number }, F extends string> {
  /** The first step of its paths: `targettags`. */
  segment: string;
  needs: { create: Permission; update: Permission };
  /** What requests call the fields of the service. */
  names?: FieldNames;
  sortNames: Readonly<Record<string, F>>;
  described: DescribedCollection;
  list: (context: Context, page: PageRequest<F>, request: Request) => Promise<Listing<T>>;
  find: (context: Context, id: number) => Promise<T>;
  /** One where the body is one, otherwise a list. */
  create: (context: Context, body: unknown) => Promise<T | T[]>;
  update: (context: Context, id: number, body: JsonObject) => Promise<T>;
  remove: (context: Context, input: { id: number }) => Promise<unknown>;
  /** How to render the items of an answer, after what is needed of all of them was read. */
  rendererOf: RendererOf<T>;
  /** The same for one that is read alone and for a list with `representation=full`, where that shows more. */
  fullRendererOf?: RendererOf<T>;
  /** The links beside `self` that an item has outside of lists. */
  moreLinks?: (links: Links, item: T) => object;
}

/** Serves the list of a collection and each of its items: reading, creating, changing and deleting. */
export function collectionRoutes<T extends { id: number }, F extends string>(
  router: Router,
  options: ResourceOptions,
  linksOf: LinksOf,
  collection: Collection<T, F>,
): void {
  const { segment, needs, names = {}, moreLinks, rendererOf, fullRendererOf = rendererOf } = collection;
  const get: Handler = async (context, request, response) => {
    const listing = await collection.list(context, pageRequest(request, collection.sortNames), request);
    const rendered = { segment, rendererOf: isFullWanted(request) ? fullRendererOf : rendererOf };
    sendHal(response, await pagedCollection(context, listing, linksOf(request), rendered));
  };
  const render = async (context: Context, item: T, links: Links, itsRenderer = rendererOf) => {
    const renderItem = await itsRenderer(context, [item], links);
    return renderItem(item, { ...selfLink(links, segment, item.id), ...moreLinks?.(links, item) });
  };
  const post: Handler = async (context, request, response) => {
    const created = await collection.create(context, jsonOf(request));
    const links = linksOf(request);
    if (!Array.isArray(created)) return sendHal(response.status(201), await render(context, created, links));
    const renderItem = await rendererOf(context, created, links);
    await sendCreated(response, created, (item) => renderItem(item, selfLink(links, segment, item.id)));
  };
  const itsOptions = { ...options, names };
  const { all, each } = describeCollection(collection.described, collection.sortNames);
  resource(
    router,
    `/${segment}`,
    { get, post: takes(needs.create, post) },
    { ...itsOptions, described: all },
  );

  const getOne: Handler = async (context, request, response) => {
    const item = await collection.find(context, pathIdOf(request, 'id'));
    sendHal(response, await render(context, item, linksOf(request), fullRendererOf));
  };
  const put: Handler = async (context, request, response) => {
    const body = asObject(jsonOf(request));
    const item = await collection.update(context, pathIdOf(request, 'id'), body);
    sendHal(response, await render(context, item, linksOf(request)));
  };
  const remove = answersNoContent((context, request) =>
    collection.remove(context, { id: pathIdOf(request, 'id') }),
  );
  const methods = { get: getOne, put: takes(needs.update, put), delete: remove };
  resource(router, `/${segment}/:id`, methods, { ...itsOptions, described: each });
}

/** A page of a collection's items. */
export const pagedCollection = <T extends { id: number }>(
  context: Context,
  listing: Listing<T>,
  links: Links,
  { segment, rendererOf }: Pick<Collection<T, string>, 'segment' | 'rendererOf'>,
): Promise<object> =>
  pagedListBy(listing, async (items) => {
    const render = await rendererOf(context, items, links);
    return (item) => render(item, selfLink(links, segment, item.id));
  });

/** Creates what a body lists; `list` is what the service calls the list. */
export const createListed =
  <R, T>(
    list: string,
    read: (body: JsonObject) => R,
    create: (context: Context, rows: R[]) => Promise<{ created: T[]; faults: readonly DomainError[] }>,
  ) =>
  async (context: Context, body: unknown): Promise<T[]> => {
    const rows = await mapInTurns(asObjects(body), read);
    const { created, faults } = await create(context, rows);
    throwFirst(faults, list, rows);
    return created;
  };
