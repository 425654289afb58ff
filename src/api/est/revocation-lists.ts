import express from 'express';
import type { DevicePlatform } from '../../services/devices/polling/poll.ts';
import { idOf } from '../json.ts';
import { notedRoutes } from '../openapi/noted.ts';
import type { RouteBook } from '../openapi/operation.ts';
import { answerErrors } from '../rest/errors.ts';
import { REVOCATION_LIST } from './described.ts';

interface RevocationListOptions {
  platform: DevicePlatform;
  log: (error: unknown) => void;
  routes: RouteBook;
}

/** No authority has it. */
const NO_AUTHORITY = 0;

/** `/crl/{tenant}/{authority}`: the revoked certificates of an authority, for everybody, as such lists are. */
export function revocationListRouter({ platform, log, routes }: RevocationListOptions): express.Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  const serve = notedRoutes(router, routes);
  serve('get', '/crl/:tenant/:authority', REVOCATION_LIST, async ({ params }, response) => {
    const der = await platform.revocationLists.read(
      platform,
      String(params['tenant']),
      idOf(String(params['authority'])) ?? NO_AUTHORITY,
    );
    response.set({ 'Content-Type': 'application/pkix-crl', 'Cache-Control': 'max-age=60' }).end(der);
  });
  router.use(answerErrors(log));
  return router;
}
