import type { Request, RequestHandler, Response } from 'express';
import { mapInTurns } from '../services/shared/turns.ts';
import { hasBody, readBody } from './body.ts';
import { notWellFormed } from './body-errors.ts';
import { webError } from './hawkbit-errors.ts';
import { etagOf, isMatch } from './http.ts';
import { parseJson } from './json-reader.ts';
import { type Accepted, isOfType, negotiator } from './media-types.ts';

const HAL = 'application/hal+json';
export const JSON_TYPE = 'application/json';
/** In the order of the server's preference. */
const HAL_OR_JSON = [HAL, JSON_TYPE];
export const JSON_OR_HAL = [JSON_TYPE, HAL];

/** Sends a body as JSON in the type that the client accepts. The answer to a GET has a digest of the body as ETag. */
export function sendHal(response: Response, body: unknown): void {
  const text = JSON.stringify(body);
  const isRead = response.req.method === 'GET' || response.req.method === 'HEAD';
  if (isRead && response.statusCode === 200) {
    const etag = etagOf(text);
    response.setHeader('ETag', etag);
    if (isMatch(response.req, etag)) return void response.status(304).end();
  }
  sendWhole(response, acceptedOf(response)?.contentType ?? JSON_TYPE, text);
}

const chooseForError = negotiator(JSON_OR_HAL);

/** Sends an error: as hawkBit does, as JSON unless the client asks for HAL by its name. */
export function sendFault(response: Response, body: object): void {
  const accepted = chooseForError(response.req.headers.accept);
  sendWhole(response, accepted?.contentType ?? JSON_TYPE, JSON.stringify(body));
}

/** Sends an error that is none of the application's own: of a path, a method or a body's type. */
export const sendWebError = (response: Response, status: number, message?: string): void =>
  sendWhole(response.status(status), JSON_TYPE, JSON.stringify(webError(status, message)));

/** Answers the created things, which may be thousands. */
export async function sendCreated<T>(
  response: Response,
  items: readonly T[],
  render: (item: T) => object,
): Promise<void> {
  const texts = await mapInTurns(items, (item) => JSON.stringify(render(item)));
  const contentType = acceptedOf(response)?.contentType ?? JSON_TYPE;
  sendWhole(response.status(201), contentType, `[${texts.join(',')}]`);
}

/** Sends a whole text with exactly this type: Express would change the charset. */
export function sendWhole(response: Response, contentType: string, text: string | Buffer): void {
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** The type that `negotiate` has found. */
export const acceptedOf = (response: Response): Accepted | undefined => response.locals['accepted'];

/** Answers 406 before any work if no type is accepted. */
export function negotiate(types?: readonly string[] | false): RequestHandler {
  const produced = types || HAL_OR_JSON;
  const choose = negotiator(produced);
  return (request, response, next) => {
    const accepted = choose(request.headers.accept);
    if (!accepted) return void response.set('Accept', produced.join(', ')).status(406).end();
    response.locals['accepted'] = accepted;
    next();
  };
}

/** Answers 415 for a body of a type that isn't read here. */
export const requireJson: RequestHandler = (request, response, next) => {
  if (isOfType(request.headers['content-type'], HAL_OR_JSON)) return next();
  response.set('Accept', HAL_OR_JSON.join(', '));
  sendWebError(response, 415);
};

/** The same for a body that may be missing. */
export const allowJson: RequestHandler = (request, response, next) =>
  hasBody(request) ? requireJson(request, response, next) : next();

/** Objects, lists, texts and so on in one body: enough for 20,000 rows with all fields of a target. */
export const MOST_VALUES = 500_000;

/** Reads a JSON body, for `jsonOf`; more than `limit` bytes are answered 413. */
export const readJson =
  (limit: number): RequestHandler =>
  async (request, _response, next) => {
    const bytes = await readBody(request, limit);
    request.body = bytes.length ? await parseJson(bytes, { values: MOST_VALUES }) : undefined;
    next();
  };

/** The body that was read. @throws MALFORMED_INPUT if there was none */
export function jsonOf(request: Request): unknown {
  if (request.body === undefined) throw notWellFormed();
  return request.body;
}

/** The same, or undefined without a body. */
export const optionalJsonOf = (request: Request): unknown => request.body;
