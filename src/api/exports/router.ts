import express from 'express';
import { invalid, malformed } from '../../errors.ts';
import { exportTargets } from '../../services/fleet/exports/export-targets.ts';
import { readingContextFor } from '../../services/shared/context.ts';
import { webError } from '../hawkbit-errors.ts';
import { originOf, setProtocolHeaders } from '../http.ts';
import { EXPORT } from '../imports/described.ts';
import type { FilesOptions } from '../imports/router.ts';
import { notedRoutes } from '../openapi/noted.ts';
import { answerErrors } from '../rest/errors.ts';
import { sendText } from '../stream.ts';
import { type ExportFormat, fileOf, MEDIA_TYPES } from './formats.ts';

const PARAMETERS = ['filter', 'format'];

/** `/exports`: the targets as a file, streamed out. */
export function exportRouter(options: FilesOptions): express.Router {
  const { platform, proxies, browsers, signIn, log, routes } = options;
  const router = express.Router({ strict: true, caseSensitive: true });
  notedRoutes(router, routes.under('/exports', 'files'))('get', '/', EXPORT, async (request, response) => {
    setProtocolHeaders(response);
    const origin = originOf(proxies, request, 'FILES');
    const caller = await signIn(browsers.credentialsOf(request), origin);
    const { filter, format = 'csv' } = request.query;
    for (const [name, value] of Object.entries(request.query))
      if (!PARAMETERS.includes(name) || typeof value !== 'string')
        throw malformed(`${name}: there are the parameters filter and format, each once`, [name]);
    if (!Object.hasOwn(MEDIA_TYPES, String(format)))
      throw invalid('format: must be csv or ndjson', ['format']);
    const source = await exportTargets(await readingContextFor(platform, caller, origin), {
      filter: filter as string | undefined,
    });
    const total = await source.count();
    const pieces = await fileOf(format as ExportFormat, source);
    response
      .type(MEDIA_TYPES[format as ExportFormat])
      .set('X-Total-Count', String(total))
      .set('Content-Disposition', `attachment; filename="targets.${format}"`);
    await sendText(response, pieces);
  });
  router.all('/', (_request, response) => {
    response.set('Allow', 'GET,HEAD').status(405).json(webError(405));
  });
  router.use((_request, response) => void response.status(404).json(webError(404)));
  router.use(answerErrors(log));
  return router;
}
