import type { IncomingMessage } from 'node:http';
import express, { type Request, type Response } from 'express';
import { takeImportUpload } from '../../services/fleet/imports/take-upload.ts';
import type { Origin, Platform } from '../../services/shared/context.ts';
import type { Artifact } from '../../services/software/artifacts/artifact.ts';
import { takeUpload } from '../../services/software/artifacts/take-upload.ts';
import { webError } from '../hawkbit-errors.ts';
import { originOf, type Proxies, setProtocolHeaders } from '../http.ts';
import { renderImport, rowsOf } from '../imports/router.ts';
import { notedRoutes } from '../openapi/noted.ts';
import type { RouteBook } from '../openapi/operation.ts';
import { answerErrors } from '../rest/errors.ts';
import { UPLOAD, UPLOAD_OF_TARGETS } from './described.ts';

export interface UploadsOptions {
  platform: Platform;
  proxies: Pick<Proxies, 'addressOf'>;
  log: (error: unknown) => void;
  routes: RouteBook;
}

/**
 * `/uploads/{token}` and `/uploads/imports/{token}`: the bytes of files that `createArtifactUpload` and
 * `createImportUpload` await. The token is all that they need.
 */
export function uploadRouter({ platform, proxies, log, routes }: UploadsOptions): express.Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.use((_request, response, next) => {
    setProtocolHeaders(response);
    next();
  });
  const serve = notedRoutes(router, routes.under('/uploads', 'uploads'));
  serve('put', '/:token', UPLOAD, (request, response) => {
    const origin = originOf(proxies, request, 'FILES');
    return takeFile(platform, origin, request, response);
  });
  serve('put', '/imports/:token', UPLOAD_OF_TARGETS, (request, response) => {
    const origin = originOf(proxies, request, 'FILES');
    return takeImport(platform, origin, request, response);
  });
  router.all(['/:token', '/imports/:token'], (_request, response) => {
    response.set('Allow', 'PUT').status(405).json(webError(405));
  });
  router.use((_request, response) => void response.status(404).json(webError(404)));
  router.use(answerErrors(log));
  return router;
}

async function takeImport(
  platform: Platform,
  origin: Origin,
  request: Request,
  response: Response,
): Promise<void> {
  if (isPacked(request)) return refusePacked(response);
  const bytesTotal = Number(request.headers['content-length']) || null;
  const token = String(request.params['token']);
  const taken = await takeImportUpload(platform, origin, token, { bytesTotal, read: rowsOf(request) });
  response.json(renderImport(taken));
}

const isPacked = (request: IncomingMessage) =>
  (request.headers['content-encoding'] ?? 'identity') !== 'identity';
const refusePacked = (response: Response) =>
  void response.status(415).json(webError(415, 'A file is sent as it is, and not compressed.'));

async function takeFile(
  platform: Platform,
  origin: Origin,
  request: Request,
  response: Response,
): Promise<void> {
  if (isPacked(request)) return refusePacked(response);
  // Not destroyed: the answer that says what is wrong with the file still has to be sent.
  const content = request.iterator({ destroyOnReturn: false });
  const artifact = await takeUpload(platform, origin, String(request.params['token']), content);
  response.status(201).json(renderArtifact(artifact));
}

/** Times are in milliseconds, as on the Management API. */
const renderArtifact = ({ id, moduleId, filename, size, md5, sha1, sha256, ...made }: Artifact) => ({
  id,
  moduleId,
  filename,
  size,
  md5,
  sha1,
  sha256,
  createdAt: made.createdAt.getTime(),
  createdBy: made.createdBy,
});
