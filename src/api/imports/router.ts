import express, { type Request, type Response } from 'express';
import { importNotFound, invalid, malformed } from '../../errors.ts';
import type { Authenticator } from '../../services/access/authenticate.ts';
import { listImportFaults, listImportWarnings } from '../../services/fleet/imports/faults.ts';
import { findImport, type Import, latestImports } from '../../services/fleet/imports/find.ts';
import { importTargets } from '../../services/fleet/imports/import-targets.ts';
import { readRefused } from '../../services/fleet/imports/refused.ts';
import type { ImportField, RowSource } from '../../services/fleet/imports/source.ts';
import { type Context, contextFor, type Platform } from '../../services/shared/context.ts';
import type { Browsers } from '../browsers.ts';
import { webError } from '../hawkbit-errors.ts';
import { originOf, type Proxies, setProtocolHeaders } from '../http.ts';
import { idOf } from '../json.ts';
import { essenceOf } from '../media-types.ts';
import { notedRoutes } from '../openapi/noted.ts';
import type { RouteBook } from '../openapi/operation.ts';
import { answerErrors } from '../rest/errors.ts';
import { sendLines, sendText } from '../stream.ts';
import { csvParser } from './csv.ts';
import { FAULTS, LATEST, ONE, REFUSED, TAKE, WARNINGS } from './described.ts';
import { ndjsonParser } from './ndjson.ts';
import { readRows } from './read-rows.ts';
import { refusedFile } from './refused-file.ts';

export interface FilesOptions {
  platform: Platform;
  proxies: Proxies;
  browsers: Browsers;
  /** @throws UNAUTHENTICATED */
  signIn: Authenticator;
  log: (error: unknown) => void;
  routes: RouteBook;
}

/** The format of a file, by the type that it is sent with. */
const FORMATS: ReadonlyMap<string, 'csv' | 'ndjson'> = new Map([
  ['text/csv', 'csv'],
  ...['ndjson', 'jsonl', 'json-lines', 'x-ndjson', 'x-jsonl', 'x-json-lines'].map(
    (name) => [`application/${name}`, 'ndjson'] as const,
  ),
]);
const PARSERS = { csv: csvParser, ndjson: ndjsonParser };
const PARAMETERS = ['mode', 'dryRun', 'key', 'resume', 'delimiter', 'columns', 'fields'];

/** `/imports`: files of targets, streamed in. Authentication comes before anything of the body is read. */
export function importRouter(options: FilesOptions): express.Router {
  const { platform, proxies, browsers, signIn, log, routes } = options;
  const router = express.Router({ strict: true, caseSensitive: true });
  router.use(async (request, response, next) => {
    setProtocolHeaders(response);
    const origin = originOf(proxies, request, 'FILES');
    const caller = await signIn(browsers.credentialsOf(request), origin);
    response.locals['context'] = contextFor(platform, caller, origin);
    next();
  });
  const serve = notedRoutes(router, routes.under('/imports', 'files'));
  serve('post', '/', TAKE, (request, response) => takeFile(proxies.basePathOf(request), request, response));
  serve('get', '/', LATEST, async (request, response) => {
    const key = parameter(request, 'key');
    const limit = numberOf(request, 'limit');
    response.json((await latestImports(contextOf(response), { key, limit })).map(renderImport));
  });
  serve('get', '/:id', ONE, async (request, response) => {
    response.json(renderImport(await findImport(contextOf(response), importIdOf(request))));
  });
  serve('get', '/:id/faults', FAULTS, async (request, response) => {
    const faults = await listImportFaults(contextOf(response), importIdOf(request));
    response.type('application/x-ndjson');
    await sendLines(response, faults);
  });
  serve('get', '/:id/warnings', WARNINGS, async (request, response) => {
    const warnings = await listImportWarnings(contextOf(response), importIdOf(request));
    response.type('application/x-ndjson');
    await sendLines(response, warnings);
  });
  serve('get', '/:id/refused', REFUSED, async (request, response) => {
    const id = importIdOf(request);
    const refused = await readRefused(contextOf(response), id);
    response
      .type(refused.format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson')
      .set('Content-Disposition', `attachment; filename="import-${id}-refused.${refused.format}"`);
    await sendText(response, refusedFile(refused));
  });
  for (const path of ['/', '/:id', '/:id/faults', '/:id/warnings', '/:id/refused'])
    router.all(path, (_request, response) => {
      response
        .set('Allow', path === '/' ? 'GET,HEAD,POST' : 'GET,HEAD')
        .status(405)
        .json(webError(405));
    });
  router.use((_request, response) => void response.status(404).json(webError(404)));
  router.use(answerErrors(log));
  return router;
}

async function takeFile(basePath: string, request: Request, response: Response): Promise<void> {
  const format = FORMATS.get(essenceOf(request.headers['content-type']));
  if (!format || (request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    const message = 'A file is sent as text/csv or application/x-ndjson, and not compressed.';
    return void response.status(415).json(webError(415, message));
  }
  for (const name of Object.keys(request.query))
    if (!PARAMETERS.includes(name))
      throw malformed(`${name}: there is no such parameter; there are ${PARAMETERS.join(', ')}`, [name]);
  const options = {
    format,
    // What it may be is the service's to say.
    mode: parameter(request, 'mode') as 'create' | undefined,
    dryRun: flagOf(request, 'dryRun'),
    key: parameter(request, 'key'),
    resume: numberOf(request, 'resume'),
    delimiter: parameter(request, 'delimiter'),
    columns: columnsOf(request),
    fields: fieldsOf(request),
    bytesTotal: Number(request.headers['content-length']) || null,
  };
  const result = await importTargets(contextOf(response), options, rowsOf(request));
  response.set('Location', `${basePath}/imports/${result.id}`).json(renderImport(result));
}

/** The rows in the body of a request. */
export const rowsOf =
  (request: Request): RowSource =>
  (from, { format, ...as }) =>
    // Without destroying it, or what is wrong with the file could not be answered any more.
    readRows(request.iterator({ destroyOnReturn: false }), PARSERS[format](as), from);

const contextOf = (response: Response): Context => response.locals['context'];

function parameter(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (Array.isArray(value)) throw malformed(`${name}: is there twice`, [name]);
  return value === undefined ? undefined : String(value);
}

function flagOf(request: Request, name: string): boolean | undefined {
  const text = parameter(request, name);
  if (text === undefined || text === 'true' || text === 'false') return text && text === 'true';
  throw invalid(`${name}: must be true or false`, [name]);
}

function numberOf(request: Request, name: string): number | undefined {
  const text = parameter(request, name);
  if (text === undefined) return undefined;
  const number = idOf(text);
  if (number === undefined) throw invalid(`${name}: must be a whole number`, [name]);
  return number;
}

/** What each column is, as a JSON list of names; null leaves one out. */
function columnsOf(request: Request): (string | null)[] | undefined {
  const text = parameter(request, 'columns');
  if (text === undefined) return undefined;
  const columns = parsedJson(text);
  if (!Array.isArray(columns) || !columns.every((it) => it === null || typeof it === 'string'))
    throw invalid('columns: must be a JSON list of names, with null for what is left out', ['columns']);
  return columns;
}

/** What fields of NDJSON are, as a JSON object with what each is; null leaves one out. */
function fieldsOf(request: Request): ImportField[] | undefined {
  const text = parameter(request, 'fields');
  if (text === undefined) return undefined;
  const fields = parsedJson(text);
  const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
  if (!isObject || !Object.values(fields).every((it) => it === null || typeof it === 'string'))
    throw invalid('fields: must be a JSON object with a name, or null for what is left out, of each field', [
      'fields',
    ]);
  return Object.entries(fields).map(([name, field]) => ({ name, field }));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function importIdOf(request: Request): number {
  const text = String(request.params['id']);
  const id = idOf(text);
  if (id === undefined) throw importNotFound(text);
  return id;
}

/** Times are in milliseconds, as on the Management API. */
export const renderImport = ({ rowsRead, rowsCreated, rowsUpdated, rowsRefused, ...one }: Import) => ({
  id: one.id,
  key: one.key,
  state: one.state,
  message: one.message,
  mode: one.mode,
  format: one.format,
  dryRun: one.dryRun,
  delimiter: one.delimiter,
  bytes: one.bytes,
  bytesTotal: one.bytesTotal,
  rows: { read: rowsRead, created: rowsCreated, updated: rowsUpdated, refused: rowsRefused },
  faults: one.faults,
  warnings: one.warnings,
  startedAt: one.startedAt.getTime(),
  startedBy: one.startedBy,
  updatedAt: one.updatedAt.getTime(),
  finishedAt: one.finishedAt?.getTime() ?? null,
});
