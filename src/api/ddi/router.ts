import { decode } from 'cbor-x';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import { DomainError, malformed } from '../../errors.ts';
import { asDevice } from '../../services/devices/acting.ts';
import type { Device } from '../../services/devices/device-cache.ts';
import { authenticateDevice, type DevicePlatform } from '../../services/devices/poll.ts';
import { reportAttributes } from '../../services/devices/report-attributes.ts';
import { errorAnswer, webError } from '../hawkbit-errors.ts';
import { addressUrl, type Peers, PROTOCOL_HEADERS } from '../http.ts';
import { asObject } from '../json.ts';
import { jsonOf, readBytes } from '../media.ts';
import { readConfigData } from './config-data.ts';
import { type DevicePath, devicePathOf, deviceRequestOf } from './request.ts';

const CONSUMED = /^application\/(json|cbor)\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;

/** The device API but for polls. Authentication comes before routing, and each signed-in request is a poll, too. */
export function deviceRouter(
  platform: DevicePlatform,
  peers: Peers,
  { bodyLimit }: { bodyLimit: number },
  log: (error: unknown) => void,
): express.Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  const signIn: RequestHandler = async (request, response, next) => {
    const path = devicePathOf(request.url);
    if (!path) return next('router');
    response.set(PROTOCOL_HEADERS);
    response.locals['path'] = path;
    response.locals['device'] = await authenticateDevice(platform, deviceRequestOf(request, path, peers));
    next();
  };
  router.use(signIn);

  const root = router.route('/:tenant/controller/v1/:controllerId');
  root.all(methodNotAllowed('GET,HEAD,OPTIONS'));

  const configData = router.route('/:tenant/controller/v1/:controllerId/configData');
  configData.put(requireDeviceBody, readBytes(bodyLimit), async (request, response) => {
    const { device, path } = deviceOf(response);
    const { mode, entries } = readConfigData(asObject(bodyOf(request)));
    await reportAttributes(
      asDevice(platform, device.tenant, path.controllerId, addressUrl(peers.addressOf(request))),
      mode,
      entries,
    );
    response.status(200).end();
  });
  configData.all(methodNotAllowed('PUT,OPTIONS'));

  router.use((_request, response) => void response.status(404).json(webError(404)));
  router.use(answerDeviceErrors(log));
  return router;
}

const deviceOf = (response: Response) => response.locals as { device: Device; path: DevicePath };

const methodNotAllowed =
  (allow: string): RequestHandler =>
  (request, response) => {
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') response.status(200).end();
    else response.status(405).json(webError(405));
  };

const requireDeviceBody: RequestHandler = (request, response, next) => {
  if (CONSUMED.test(request.headers['content-type'] ?? '')) return next();
  response.set('Accept', 'application/json, application/cbor').status(415).json(webError(415));
};

/** @throws MALFORMED_INPUT */
function bodyOf(request: Request): unknown {
  if (!/cbor/i.test(request.headers['content-type'] ?? '')) return jsonOf(request);
  try {
    return decode(request.body);
  } catch {
    throw malformed('The given request body is not well formed');
  }
}

/** Devices get 401 without a body and without a challenge. */
const answerDeviceErrors =
  (log: (error: unknown) => void): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    if (error instanceof DomainError) {
      if (error.code === 'UNAUTHENTICATED') return void response.status(401).end();
      const { status, body } = errorAnswer(error);
      return void response.status(status).json(body);
    }
    const status = Number(error?.status) || 500;
    if (status >= 500) log(error);
    response.status(status).json(webError(status));
  };
