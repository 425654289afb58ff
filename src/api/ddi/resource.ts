import type { Request, RequestHandler, Response, Router } from 'express';
import { DomainError, malformed } from '../../errors.ts';
import { asDevice } from '../../services/devices/device-context.ts';
import type { Device } from '../../services/devices/polling/device.ts';
import type { DevicePlatform } from '../../services/devices/polling/poll.ts';
import type { ActorContext } from '../../services/shared/context.ts';
import { hasBody, readBody } from '../body.ts';
import { parseCbor } from '../cbor.ts';
import { addressUrl, etagOf, isMatch, type Proxies } from '../http.ts';
import { withIdAsSent } from '../ids-as-sent.ts';
import { idOf } from '../json.ts';
import { parseJson } from '../json-reader.ts';
import { sendWebError, sendWhole } from '../media.ts';
import { essenceOf, isOfType } from '../media-types.ts';
import type { Described, RouteBook } from '../openapi/operation.ts';
import { requestIdOf } from '../requests.ts';
import type { DevicePath } from './request.ts';
import { deviceTypeOf, deviceUrl, encodeAnswer } from './root.ts';

/** CBOR is read to the same values as JSON. */
export { jsonOf as bodyOf, optionalJsonOf as optionalBodyOf } from '../media.ts';

/** What a handler gets: the device that signed in, and the request as it is. */
export interface Call {
  platform: DevicePlatform;
  device: Device;
  /** What the device makes changes with. */
  acting: ActorContext;
  /** The base of its links. */
  url: string;
  /** That of links to files: they name the tenant as it is stored, and older clients look for that. */
  downloadUrl: string;
  request: Request;
  response: Response;
}

/** A device's own path. */
export const DEVICE_ROUTE = '/:tenant/controller/v1/:controllerId';

export type DeviceHandler = (call: Call) => Promise<void>;
type Method = 'get' | 'post' | 'put';
type Methods = Partial<Record<Method, DeviceHandler>>;

export interface DeviceRoutes {
  /**
   * Serves a path below the device's own. A method it hasn't is 405, a body of a wrong type 415; a body may be missing
   * only if it is `optional`. A read is 406 if the device accepts no type of the server, unless it is a `file`. A write
   * counts against what the device may write; it counts more if it leaves an event outside the history of an action.
   */
  serve<M extends Methods>(
    path: string,
    methods: M,
    options: { described: Described<M>; body?: 'optional'; sends?: 'file'; leavesEvent?: boolean },
  ): void;
}

/** Makes routes on a router behind which every request is signed in. */
export function deviceRoutes(
  router: Router,
  platform: DevicePlatform,
  proxies: Proxies,
  { bodyLimit, routes }: { bodyLimit: number; routes: RouteBook },
): DeviceRoutes {
  const callOf = (request: Request, response: Response): Call => {
    const { device, path } = response.locals as { device: Device; path: DevicePath };
    const address = addressUrl(proxies.addressOf(request));
    const baseUrl = proxies.baseUrlOf(request);
    const url = deviceUrl(baseUrl, path);
    const downloadUrl = deviceUrl(baseUrl, { ...path, tenant: addressedName(device, path) });
    const acting = asDevice(platform, device.tenant, path.controllerId, {
      address,
      requestId: requestIdOf(request),
    });
    return { platform, device, acting, url, downloadUrl, request, response };
  };
  return {
    serve(path, methods, { described, body, sends, leavesEvent }) {
      const route = router.route(DEVICE_ROUTE + path);
      const whenWriting = [
        requireRoomToWrite(platform),
        body ? allowDeviceBody : requireDeviceBody,
        readDeviceBody(bodyLimit),
      ];
      const whenReading = sends ? [] : [requireDeviceType];
      for (const [method, handler] of Object.entries(methods) as [
        Method & keyof typeof methods,
        DeviceHandler,
      ][]) {
        const takes = method === 'get' ? undefined : (body ?? 'needed');
        routes.note({ method, path, operation: described[method], body: takes });
        route[method](...(method === 'get' ? whenReading : whenWriting), async (request, response) => {
          const call = callOf(request, response);
          try {
            if (method === 'get') await handler(call);
            else await counted(call, handler, leavesEvent ? OF_AN_EVENT : 0);
          } catch (error) {
            throw error instanceof DomainError ? withIdAsSent(error, request) : error;
          }
        });
      }
      route.all(methodNotAllowed(allowOf(methods)));
    },
  };
}

/** Before its body is read. */
const requireRoomToWrite =
  ({ writes }: DevicePlatform): RequestHandler =>
  (_request, response, next) => {
    writes.requireRoom(response.locals['device'] as Device);
    next();
  };

const KIB = 1_024;
/** How much more a write counts that leaves an event which no action takes along when it is deleted. */
const OF_AN_EVENT = 10;

/** What is refused doesn't count. */
async function counted(call: Call, handler: DeviceHandler, more: number): Promise<void> {
  const { platform, device, response } = call;
  const size = Math.max(1, Math.ceil(Number(response.locals['bodyBytes']) / KIB)) + more;
  platform.writes.count(device, size);
  try {
    await handler(call);
  } catch (error) {
    platform.writes.count(device, -size);
    throw error;
  }
}

/** The name of the tenant at whose address the device asks: as it is stored, unless another has taken the device over. */
const addressedName = ({ tenant: { name } }: Device, path: DevicePath): string =>
  name.toLowerCase() === path.tenant.toLowerCase() ? name : path.tenant;

function allowOf(methods: object): string {
  const allow = Object.keys(methods).map((method) => method.toUpperCase());
  if ('get' in methods) allow.push('HEAD');
  return [...allow, 'OPTIONS'].join(',');
}

export const methodNotAllowed =
  (allow: string): RequestHandler =>
  (request, response) => {
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') response.status(200).end();
    else sendWebError(response, 405);
  };

/** Before anything is done: also that a device has fetched something is noted. */
const requireDeviceType: RequestHandler = (request, response, next) => {
  if (deviceTypeOf(request)) return next();
  response.status(406).end();
};

const CBOR = 'application/cbor';
const JSON_OR_CBOR = ['application/json', CBOR];

const requireDeviceBody: RequestHandler = (request, response, next) => {
  if (isOfType(request.headers['content-type'], JSON_OR_CBOR)) return next();
  sendWebError(response.set('Accept', JSON_OR_CBOR.join(', ')), 415);
};

const allowDeviceBody: RequestHandler = (request, response, next) =>
  hasBody(request) ? requireDeviceBody(request, response, next) : next();

/** Values in a report or in attributes: of the latter there may be a hundred. */
const MOST_VALUES = 10_000;

/** Reads a body of JSON or CBOR, for `bodyOf`. */
const readDeviceBody =
  (limit: number): RequestHandler =>
  async (request, response, next) => {
    const bytes = await readBody(request, limit);
    response.locals['bodyBytes'] = bytes.length;
    const parse = essenceOf(request.headers['content-type']) === CBOR ? parseCbor : parseJson;
    request.body = bytes.length ? await parse(bytes, { values: MOST_VALUES }) : undefined;
    next();
  };

/** An id in the path. @throws MALFORMED_INPUT */
export function idInPath(request: Request, name: string): number {
  const id = idOf(String(request.params[name]));
  if (id === undefined) throw malformed(`${name}: must be a whole number of 64 bits`, [name]);
  return id;
}

/** Sends a body in the type that the device takes, unless the device has it already. */
export function answerDevice({ request, response }: Call, body: object): void {
  const { type, contentType } = deviceTypeOf(request)!;
  const encoded = encodeAnswer(body, type);
  const etag = etagOf(encoded);
  response.set('ETag', etag);
  if (isMatch(request, etag)) return void response.status(304).end();
  sendWhole(response.status(200), contentType, encoded);
}
