import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { isUnauthenticated } from '../../../errors.ts';
import { setProtocolHeaders } from '../../http.ts';
import { JSON_TYPE } from '../../media.ts';
import { isOfType } from '../../media-types.ts';
import { answerTypeOf, Refusal, sendFailure } from './answers.ts';
import { readOperation } from './body.ts';
import { type GraphqlContext, graphqlOriginOf, openContext, type SignInWays } from './context.ts';
import { NOBODY, readPublicOperation } from './public-operation.ts';
import type { SessionOptions } from './session.ts';

export interface ListenerOptions extends SessionOptions {
  /** Bytes of a body. */
  bodyLimit: number;
  signInWays: SignInWays;
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
  { platform, proxies, browsers, signIn, signInWays, bodyLimit, log }: ListenerOptions,
): Listener {
  return async (request, response) => {
    try {
      setProtocolHeaders(response);
      const origin = graphqlOriginOf(proxies, request);
      const signingIn = signIn(browsers.credentialsOf(request), origin);
      const { caller, read } = await signingIn.then(
        (caller) => ({ caller, read: () => readOperation(request, caller, bodyLimit) }),
        (refusal) => asNobody(request, refusal),
      );
      const accept = requireMediaTypes(request);
      const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method ?? 'GET',
          headers: headersOf(request, accept),
          search: /\?.*/s.exec(request.url ?? '')?.[0] ?? '',
          body: request.method === 'POST' ? await read() : undefined,
        },
        context: async () =>
          openContext(platform, caller, origin, { baseUrl: proxies.baseUrlOf(request), signInWays }),
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

/** Without sign-in only a public operation is answered. @throws `refusal` for every other */
async function asNobody(request: IncomingMessage, refusal: unknown) {
  // Whoever shows a header means to be somebody; a browser may still have the cookie of a session that has ended.
  if (!isUnauthenticated(refusal) || request.headers.authorization !== undefined) throw refusal;
  requireMediaTypes(request);
  const operation = await readPublicOperation(request);
  if (!operation) throw refusal;
  return { caller: NOBODY, read: async () => operation };
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
