import type { Request, Router } from 'express';
import {
  CONFIGURATION_KEYS,
  isConfigurationKey,
} from '../../services/platform/tenants/configuration-keys.ts';
import {
  type ConfigurationEntry,
  findConfiguration,
  listConfiguration,
} from '../../services/platform/tenants/get-configuration.ts';
import { resetConfiguration } from '../../services/platform/tenants/reset-configuration.ts';
import { setConfiguration } from '../../services/platform/tenants/set-configuration.ts';
import { requireFewRows } from '../../services/shared/rows.ts';
import { asObject } from '../json.ts';
import { ExactNumber } from '../json-reader.ts';
import { jsonOf, sendHal } from '../media.ts';
import { CONFIGURATION, SETTING } from './described/tenant.ts';
import { type Links, link, renderAuthorship } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';

/** `/system/configs`; `linksOf` gives the links' base for a request. */
export function configurationRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const get: Handler = async (context, request, response) => {
    const links = linksOf(request);
    const entries = await listConfiguration(context);
    const rendered = entries.map((entry) => {
      // hawkBit's list has its links in this older form, and clients have met only that.
      const self = { rel: 'self', href: links('system', 'configs', entry.key) };
      return [entry.key, { ...renderEntry(entry), links: [self] }];
    });
    sendHal(response, Object.fromEntries(rendered));
  };
  const putAll: Handler = async (context, request, response) => {
    const values = Object.entries(asObject(jsonOf(request)));
    requireFewRows(values);
    await setConfiguration(
      context,
      Object.fromEntries(values.map(([key, value]) => [key, plainValue(key, value)])),
    );
    response.status(204).end();
  };
  resource(
    router,
    '/system/configs',
    { get, put: takes('UPDATE_TENANT_CONFIGURATION', putAll) },
    { ...options, described: CONFIGURATION },
  );

  const getOne: Handler = async (context, request, response) => {
    const entry = await findConfiguration(context, keyOf(request));
    const self = link(linksOf(request)('system', 'configs', entry.key));
    sendHal(response, { ...renderEntry(entry), _links: { self } });
  };
  const put: Handler = async (context, request, response) => {
    const key = keyOf(request);
    const { value } = asObject(jsonOf(request));
    await setConfiguration(context, Object.fromEntries([[key, plainValue(key, value)]]));
    response.status(204).end();
  };
  const remove: Handler = async (context, request, response) => {
    await resetConfiguration(context, [keyOf(request)]);
    response.status(204).end();
  };
  resource(
    router,
    '/system/configs/:keyName',
    { get: getOne, put: takes('UPDATE_TENANT_CONFIGURATION', put), delete: remove },
    { ...options, described: SETTING },
  );
}

const keyOf = (request: Request) => String(request.params['keyName']);

/** A number keeps its digits where it becomes a text, and is one where the key wants a number. */
function plainValue(key: string, value: unknown): unknown {
  if (!(value instanceof ExactNumber)) return value;
  return isConfigurationKey(key) && CONFIGURATION_KEYS[key].kind === 'text' ? value.text : Number(value.text);
}

function renderEntry({
  value,
  origin,
  createdAt,
  createdBy,
  lastModifiedAt,
  lastModifiedBy,
}: ConfigurationEntry) {
  if (origin !== 'tenant' || !createdAt || !createdBy || !lastModifiedAt || !lastModifiedBy)
    return { value, global: true };
  return {
    value,
    global: false,
    ...renderAuthorship({ createdAt, createdBy, lastModifiedAt, lastModifiedBy }),
  };
}
