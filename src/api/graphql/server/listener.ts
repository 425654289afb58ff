import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { PROTOCOL_HEADERS } from '../../http.ts';
import { JSON_TYPE } from '../../media.ts';
import { isOfType } from '../../media-types.ts';
import { answerTypeOf, Refusal, sendFailure } from './answers.ts';
import { readOperation } from './body.ts';
import { type GraphqlContext, openContext, originOf } from './context.ts';
import type { SessionOptions } from './session.ts';

export interface ListenerOptions extends SessionOptions {
  /** Bytes of a body. */
  bodyLimit: number;
  /** Gets unforeseen errors. */
  log: (error: unknown) => void;
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Answers one operation, as GraphQL over HTTP says. It is a plain listener, because Express took a sixth of the
 * processor time of a page.
 */
export function operationListener(
  apollo: ApolloServer<GraphqlContext>,
  { platform, proxies, browsers, signIn, bodyLimit, log }: ListenerOptions,
): Listener {
  return async (request, response) => {
    try {
      for (const [name, value] of Object.entries(PROTOCOL_HEADERS)) response.setHeader(name, value);
      const origin = originOf(proxies, request);
      const caller = await signIn(browsers.credentialsOf(request), origin);
      const accept = requireMediaTypes(request);
      const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method ?? 'GET',
          headers: headersOf(request, accept),
          search: /\?.*/s.exec(request.url ?? '')?.[0] ?? '',
          body: request.method === 'POST' ? await readOperation(request, caller, bodyLimit) : undefined,
        },
        context: async () => openContext(platform, caller, origin, proxies.baseUrlOf(request)),
      });
      if (body.kind !== 'complete') throw new Error('answers in parts are for @defer and @stream');
      for (const [name, value] of headers) response.setHeader(name, value);
      response.statusCode = status ?? 200;
      response.end(body.string);
    } catch (error) {
      sendFailure(request, response, error, log);
    }
  };
}

/** Apollo gets the media types that were chosen here, because it would read their parameters in another way. */
function headersOf(request: IncomingMessage, accept: string): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value));
  headers.set('accept', accept);
  if (request.method === 'POST') headers.set('content-type', JSON_TYPE);
  return headers;
}

/**
 * Checks the media types before anything is executed: Apollo would check them only afterwards.
 * @returns the type of the answer
 * @throws Refusal
 */
function requireMediaTypes(request: IncomingMessage): string {
  const accept = answerTypeOf(request);
  if (!accept)
    throw new Refusal(
      406,
      'NOT_ACCEPTABLE',
      'Accept must allow application/json or application/graphql-response+json.',
    );
  if (request.method === 'POST' && !isOfType(request.headers['content-type'], [JSON_TYPE]))
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'A body must be application/json in UTF-8.');
  return accept;
}
