import type { Request, Router } from 'express';
import { invalid, targetMetadataNotFound } from '../../errors.ts';
import { createTargetMetadata } from '../../services/fleet/target-metadata/create.ts';
import { deleteTargetMetadata } from '../../services/fleet/target-metadata/delete.ts';
import { findMetadataEntry, findTargetMetadata } from '../../services/fleet/target-metadata/find.ts';
import { setTargetMetadata } from '../../services/fleet/target-metadata/set.ts';
import { findTarget } from '../../services/fleet/targets/find.ts';
import { asObject, asObjects, type JsonObject, textOf } from '../json.ts';
import { JSON_TYPE, jsonOf, sendHal } from '../media.ts';
import { METADATA, METADATA_ENTRY } from './described/targets.ts';
import { pageWindowOf } from './paging.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { controllerIdOf } from './targets.ts';

/** `/targets/{controllerId}/metadata` */
export function targetMetadataRoutes(router: Router, options: ResourceOptions): void {
  const get: Handler = async (context, request, response) => {
    const { id } = await findTarget(context, controllerIdOf(request));
    const entries = (await findTargetMetadata(context, [id])).get(id) ?? [];
    const content = partOf(entries, request);
    sendHal(response, { content, total: entries.length, size: content.length });
  };
  const post: Handler = async (context, request, response) => {
    const entries = asObjects(jsonOf(request)).map((entry) => ({
      key: neededText(entry, 'key'),
      value: neededText(entry, 'value'),
    }));
    await createTargetMetadata(context, { controllerId: controllerIdOf(request), entries });
    response.status(201).end();
  };
  resource(
    router,
    '/targets/:controllerId/metadata',
    { get, post: takes('UPDATE_TARGET', post) },
    { ...options, names: { entries: '' }, described: METADATA },
  );

  const getOne: Handler = async (context, request, response) =>
    sendHal(response, await findMetadataEntry(context, controllerIdOf(request), keyOf(request)));
  const put: Handler = async (context, request, response) => {
    const entry = { key: keyOf(request), value: neededText(asObject(jsonOf(request)), 'value') };
    await setTargetMetadata(context, { controllerIds: [controllerIdOf(request)], entries: [entry] });
    response.status(204).end();
  };
  const remove: Handler = async (context, request, response) => {
    const key = keyOf(request);
    const removed = await deleteTargetMetadata(context, {
      controllerIds: [controllerIdOf(request)],
      keys: [key],
    });
    if (!removed) throw targetMetadataNotFound(key);
    response.status(204).end();
  };
  resource(
    router,
    '/targets/:controllerId/metadata/:key',
    { get: getOne, put: takes('UPDATE_TARGET', put), delete: remove },
    { ...options, produced: [JSON_TYPE], names: { entries: '', '*': '' }, described: METADATA_ENTRY },
  );
}

export const keyOf = (request: Request): string => String(request.params['key']);

/** @throws INVALID_INPUT where the body says none */
export function neededText(body: JsonObject, field: string): string {
  const text = textOf(body, field);
  if (text === undefined) throw invalid(`${field}: is needed`, [field]);
  return text;
}

/** All of a list that is short by nature, unless a part is asked for. */
export function partOf<T>(entries: readonly T[], request: Request): readonly T[] {
  const { first, offset } = pageWindowOf(request);
  return entries.slice(offset, request.query['limit'] === undefined ? undefined : offset + first);
}
