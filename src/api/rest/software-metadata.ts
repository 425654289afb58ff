import type { Router } from 'express';
import type { Permission } from '../../services/access/grants.ts';
import type { Context } from '../../services/shared/context.ts';
import { deleteDistributionSetMetadata } from '../../services/software/distribution-set-metadata/delete.ts';
import { findSetMetadata, listSetMetadata } from '../../services/software/distribution-set-metadata/find.ts';
import { setDistributionSetMetadata } from '../../services/software/distribution-set-metadata/set.ts';
import { deleteModuleMetadata } from '../../services/software/software-module-metadata/delete.ts';
import {
  findModuleMetadata,
  listModuleMetadata,
} from '../../services/software/software-module-metadata/find.ts';
import { setModuleMetadata } from '../../services/software/software-module-metadata/set.ts';
import { asObject, asObjects, booleanOf, type JsonObject, requireNoNull, textOf } from '../json.ts';
import { JSON_TYPE, jsonOf, sendHal } from '../media.ts';
import { SOFTWARE_METADATA, SOFTWARE_METADATA_ENTRY } from './described/software.ts';
import { pathIdOf } from './parameters.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { keyOf, neededText, partOf } from './target-metadata.ts';

/** What the metadata of modules and that of sets have in common. */
interface MetadataServices<E extends { key: string }> {
  list: (context: Context, id: number) => Promise<E[]>;
  find: (context: Context, id: number, key: string) => Promise<E>;
  set: (context: Context, input: { id: number; entries: E[] }) => Promise<unknown>;
  remove: (context: Context, input: { id: number; keys: string[] }) => Promise<unknown>;
  read: (body: JsonObject, key: string) => E;
  /** What writing needs. */
  permission: Permission;
}

const ofModules: MetadataServices<{ key: string; value: string; targetVisible: boolean }> = {
  list: listModuleMetadata,
  find: findModuleMetadata,
  set: setModuleMetadata,
  remove: deleteModuleMetadata,
  permission: 'UPDATE_SOFTWARE_MODULE',
  // As in hawkBit, an entry of a module needs no value, unlike one of a set or a target.
  read(body, key) {
    requireNoNull(body, 'targetVisible');
    return {
      key,
      value: textOf(body, 'value') ?? '',
      targetVisible: booleanOf(body, 'targetVisible') ?? false,
    };
  },
};

const ofSets: MetadataServices<{ key: string; value: string }> = {
  list: listSetMetadata,
  find: findSetMetadata,
  set: setDistributionSetMetadata,
  remove: deleteDistributionSetMetadata,
  permission: 'UPDATE_DISTRIBUTION_SET',
  read: (body, key) => ({ key, value: neededText(body, 'value') }),
};

/** `/softwaremodules/{id}/metadata` and `/distributionsets/{id}/metadata` */
export function softwareMetadataRoutes(router: Router, options: ResourceOptions): void {
  metadataRoutes(router, options, '/softwaremodules/:id/metadata', ofModules);
  metadataRoutes(router, options, '/distributionsets/:id/metadata', ofSets);
}

function metadataRoutes<E extends { key: string }>(
  router: Router,
  options: ResourceOptions,
  path: string,
  services: MetadataServices<E>,
): void {
  const get: Handler = async (context, request, response) => {
    const entries = await services.list(context, pathIdOf(request, 'id'));
    const content = partOf(entries, request);
    sendHal(response, { content, total: entries.length, size: content.length });
  };
  // As in hawkBit, an existing entry is overwritten, and the answer is 201, too.
  const post: Handler = async (context, request, response) => {
    const entries = asObjects(jsonOf(request)).map((body) => services.read(body, neededText(body, 'key')));
    await services.set(context, { id: pathIdOf(request, 'id'), entries });
    response.status(201).end();
  };
  resource(
    router,
    path,
    { get, post: takes(services.permission, post) },
    { ...options, names: { entries: '' }, described: SOFTWARE_METADATA },
  );

  const getOne: Handler = async (context, request, response) =>
    sendHal(response, await services.find(context, pathIdOf(request, 'id'), keyOf(request)));
  const put: Handler = async (context, request, response) => {
    const entry = services.read(asObject(jsonOf(request)), keyOf(request));
    await services.set(context, { id: pathIdOf(request, 'id'), entries: [entry] });
    response.status(204).end();
  };
  const remove: Handler = async (context, request, response) => {
    await services.remove(context, { id: pathIdOf(request, 'id'), keys: [keyOf(request)] });
    response.status(204).end();
  };
  const produced = path.startsWith('/distributionsets') ? { produced: [JSON_TYPE] } : {};
  const methods = { get: getOne, put: takes(services.permission, put), delete: remove };
  resource(router, `${path}/:key`, methods, {
    ...options,
    ...produced,
    names: { entries: '', '*': '' },
    described: SOFTWARE_METADATA_ENTRY,
  });
}
