import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { authenticateDevice, type DevicePlatform } from '../../services/devices/polling/poll.ts';
import { reportAttributes } from '../../services/devices/reports/report-attributes.ts';
import { domainErrorOf } from '../../services/shared/domain-error-of.ts';
import { errorAnswer, webError } from '../hawkbit-errors.ts';
import { type Proxies, setProtocolHeaders } from '../http.ts';
import { asObject } from '../json.ts';
import { sendWebError, sendWhole } from '../media.ts';
import type { RouteBook } from '../openapi/operation.ts';
import { readConfigData } from './config-data.ts';
import { confirmationRoutes } from './confirmations.ts';
import { deploymentRoutes } from './deployments.ts';
import { CONFIG_DATA, POLL } from './described.ts';
import { downloadRoutes } from './downloads.ts';
import { movedHeaders } from './moved.ts';
import { devicePathOf, deviceRequestOf } from './request.ts';
import { bodyOf, DEVICE_ROUTE, type DeviceHandler, deviceRoutes, methodNotAllowed } from './resource.ts';
import { errorTypeOf } from './root.ts';

/**
 * The device API without polls. Authentication comes before routing, and each request that signs in counts as a poll.
 */
export function deviceRouter(
  platform: DevicePlatform,
  proxies: Proxies,
  { bodyLimit, routes }: { bodyLimit: number; routes: RouteBook },
  log: (error: unknown) => void,
): express.Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  const signIn: RequestHandler = async (request, response, next) => {
    const path = devicePathOf(request.url);
    if (!path) return next('router');
    setProtocolHeaders(response);
    response.locals['path'] = path;
    response.locals['device'] = await authenticateDevice(platform, deviceRequestOf(request, path, proxies));
    next();
  };
  router.use(signIn);

  const root = router.route(DEVICE_ROUTE);
  root.all(methodNotAllowed('GET,HEAD,OPTIONS'));

  const ofDevice = routes.under(DEVICE_ROUTE, 'device');
  ofDevice.note({ method: 'get', path: '', operation: POLL });
  const all = deviceRoutes(router, platform, proxies, { bodyLimit, routes: ofDevice });
  all.serve('/configData', { put: putConfigData }, { leavesEvent: true, described: CONFIG_DATA });
  deploymentRoutes(all);
  confirmationRoutes(all);
  downloadRoutes(all);

  router.use((_request, response) => sendWebError(response, 404));
  router.use(answerDeviceErrors(proxies, log));
  return router;
}

const putConfigData: DeviceHandler = async ({ acting, request, response }) => {
  const { mode, entries } = readConfigData(asObject(bodyOf(request)));
  await reportAttributes(acting, mode, entries);
  response.status(200).end();
};

/** Devices get 401 without a body and without a challenge. */
const answerDeviceErrors =
  (proxies: Proxies, log: (error: unknown) => void): ErrorRequestHandler =>
  (error, request, response, _next) => {
    if (response.headersSent) {
      log(error);
      return void response.destroy();
    }
    const known = domainErrorOf(error);
    if (known) {
      if (known.code === 'UNAUTHENTICATED') return void response.status(401).end();
      if (known.code === 'ACTION_CLOSED') return void response.status(410).end();
      const { status, headers, body } = errorAnswer(known);
      const moved = movedHeaders(known, response.locals['path'], request, proxies);
      return sendWhole(
        response.status(status).set({ ...headers, ...moved }),
        errorTypeOf(request),
        JSON.stringify(body),
      );
    }
    const status = Number(error?.status) || 500;
    if (status >= 500) log(error);
    sendWhole(response.status(status), errorTypeOf(request), JSON.stringify(webError(status)));
  };
