import type { Request, Response, Router } from 'express';
import { DomainError } from '../../errors.ts';
import type { Context } from '../../services/context.ts';
import { webError } from '../hawkbit-errors.ts';
import { withIdAsSent } from '../ids-as-sent.ts';
import { allowJson, negotiate, readBytes, requireJson } from '../media.ts';
import { type FieldNames, inWordsOf } from './field-names.ts';

/** What a handler gets: who calls, and the request as it is. */
export type Handler = (context: Context, request: Request, response: Response) => Promise<void>;

type Method = 'get' | 'post' | 'put' | 'delete';
const WITH_BODY: readonly Method[] = ['post', 'put'];

export interface ResourceOptions {
  bodyLimit: number;
  /** The methods whose bodies are read; POST and PUT unless given. */
  withBody?: readonly Method[];
  /** Whether these bodies may be missing. */
  bodyIsOptional?: boolean;
  /** The media types of what is read; HAL and JSON unless given. */
  produced?: string[];
  /** What bodies and paths call the fields of the services. */
  names?: FieldNames;
}

/**
 * Serves a path. In this order: a method it hasn't is 405, a body of a wrong type 415, an `Accept` it can't meet
 * 406; then the body is read and the handler called.
 */
export function resource(
  router: Router,
  path: string,
  methods: Partial<Record<Method, Handler>>,
  { bodyLimit, withBody = WITH_BODY, bodyIsOptional, produced, names = {} }: ResourceOptions,
): void {
  const route = router.route(path);
  for (const [method, handler] of Object.entries(methods) as [Method, Handler][]) {
    const takesBody = withBody.includes(method);
    const accept = negotiate(method === 'get' ? produced : undefined);
    const checkBody = bodyIsOptional ? allowJson : requireJson;
    const before = takesBody ? [checkBody, accept, readBytes(bodyLimit)] : [accept];
    route[method](...before, async (request, response) => {
      try {
        await handler(contextOf(response), request, response);
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
    else response.status(405).json(webError(405));
  });
}

/** The context that signing in left behind. */
export const contextOf = (response: Response): Context => response.locals['context'];
