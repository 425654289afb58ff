import type { Request, RequestHandler, Response, Router } from 'express';
import { DomainError } from '../../errors.ts';
import type { Permission } from '../../services/access/grants.ts';
import { requirePermission } from '../../services/access/permissions.ts';
import type { Context } from '../../services/shared/context.ts';
import { withIdAsSent } from '../ids-as-sent.ts';
import { allowJson, JSON_OR_HAL, negotiate, readJson, requireJson, sendWebError } from '../media.ts';
import type { Described, RouteBook } from '../openapi/operation.ts';
import { type FieldNames, inWordsOf } from './field-names.ts';

/** What a handler gets: who calls, and the request as it is. */
export type Handler = (context: Context, request: Request, response: Response) => Promise<void>;

/** A handler that answers 204 once the work is done. */
export const answersNoContent =
  (work: (context: Context, request: Request) => Promise<unknown>): Handler =>
  async (context, request, response) => {
    await work(context, request);
    response.status(204).end();
  };

/** A handler that gets a body. */
interface Taker {
  permission: Permission;
  handle: Handler;
  body: 'needed' | 'optional' | 'streamed';
}

/**
 * A handler that gets a body of JSON, or with `streamed` reads one itself. The permission is checked before the body is
 * read, so that a caller without it costs nothing.
 */
export const takes = (permission: Permission, handle: Handler, body: Taker['body'] = 'needed'): Taker => ({
  permission,
  handle,
  body,
});

type Method = 'get' | 'post' | 'put' | 'delete';

type Methods = Partial<Record<Method, Handler | Taker>>;

export interface ResourceOptions {
  bodyLimit: number;
  /** Where routes are noted, for the document of the API. */
  routes: RouteBook;
  /** The media types of answers to GET; by default HAL and JSON. */
  produced?: string[];
  /** Answers to GET are a file, whatever the client accepts: as in hawkBit. */
  sends?: 'file';
  /** Answers to PUT are JSON rather than HAL, unless the client prefers HAL: so in hawkBit, on a few paths. */
  putsJson?: true;
  /** What bodies and paths call the fields of the services. */
  names?: FieldNames;
}

/**
 * Serves a path. It checks in this order: an unknown method is 405, a body of a wrong type 415, an `Accept` that cannot
 * be met 406 (unless it sends a file), a missing permission 403. Then it reads the body and calls the handler.
 */
export function resource<M extends Methods>(
  router: Router,
  path: string,
  methods: M,
  {
    bodyLimit,
    routes,
    produced,
    sends,
    putsJson,
    names = {},
    described,
  }: ResourceOptions & { described: Described<M> },
): void {
  const route = router.route(path);
  for (const [method, handler] of Object.entries(methods) as [Method & keyof M, Handler | Taker][]) {
    const negotiates = !(sends && method === 'get');
    const accept = negotiates
      ? [negotiate(method === 'get' ? produced : method === 'put' && putsJson && JSON_OR_HAL)]
      : [];
    const takesBody = typeof handler === 'object';
    const { permission, body } = takesBody ? handler : {};
    const isOptional = body === 'optional' ? 'optional' : body && 'needed';
    routes.note({
      method,
      path,
      operation: described[method],
      permission,
      body: isOptional,
      produced,
      sends,
    });
    const before = takesBody ? takeBody(handler, accept, bodyLimit) : accept;
    const handle = takesBody ? handler.handle : handler;
    route[method](...before, async (request, response) => {
      try {
        await handle(contextOf(response), request, response);
      } catch (error) {
        throw error instanceof DomainError ? withIdAsSent(inWordsOf(names, error), request) : error;
      }
    });
  }
  const allow = ['OPTIONS', ...Object.keys(methods).map((method) => method.toUpperCase())];
  if ('get' in methods) allow.push('HEAD');
  route.all((request, response) => {
    response.set('Allow', allow.join(','));
    if (request.method === 'OPTIONS') response.status(200).end();
    else sendWebError(response, 405);
  });
}

function takeBody({ permission, body }: Taker, accept: RequestHandler[], limit: number): RequestHandler[] {
  const permit: RequestHandler = (_request, response, next) => {
    requirePermission(contextOf(response), permission);
    next();
  };
  if (body === 'streamed') return [...accept, permit];
  return [body === 'optional' ? allowJson : requireJson, ...accept, permit, readJson(limit)];
}

/** The context that signing in left behind. */
export const contextOf = (response: Response): Context => response.locals['context'];
