import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type RequestHandler, type Router } from 'express';
import type { GraphQLSchema } from 'graphql';
import { DomainError } from '../../errors.ts';
import type { Authenticator } from '../../services/access/authenticate.ts';
import type { Caller, Platform } from '../../services/context.ts';
import { type Peers, PROTOCOL_HEADERS } from '../http.ts';
import { answerErrors, sendError, sendSignInError, takesAnswer } from './answers.ts';
import { compileQueries } from './compiled.ts';
import { type GraphqlContext, openContext, originOf } from './context.ts';
import { formatError } from './errors.ts';
import { graphiqlRoutes } from './graphiql.ts';
import { LIMITS, limitDocuments } from './limits.ts';
import { buildSchema } from './schema.ts';

export interface GraphqlOptions {
  platform: Platform;
  peers: Peers;
  /** @throws UNAUTHENTICATED */
  signIn: Authenticator;
  /** Bytes of a body. */
  bodyLimit: number;
  /** Gets what nobody foresaw. */
  log: (error: unknown) => void;
}

export interface GraphqlDoor {
  schema: GraphQLSchema;
  /** To be mounted at `/graphql`. */
  router: Router;
  close(): Promise<void>;
}

/** Opens the GraphQL API, and GraphiQL for browsers, by GraphQL over HTTP. */
export async function openGraphql({
  platform,
  peers,
  signIn,
  bodyLimit,
  log,
}: GraphqlOptions): Promise<GraphqlDoor> {
  const schema = buildSchema();
  const apollo = createApollo(schema, log);
  await apollo.start();

  const router = express.Router();
  graphiqlRoutes(router);
  router.all(
    '/',
    withProtocolHeaders,
    requireSignIn({ signIn, peers }),
    requireMediaTypes,
    express.raw({ type: () => true, limit: bodyLimit }),
    parseBody,
    expressMiddleware(apollo, {
      context: async ({ req, res }) =>
        openContext(platform, res.locals['caller'] as Caller, originOf(peers, req)),
    }),
  );
  router.use(answerErrors(log));
  return { schema, router, close: () => apollo.stop() };
}

const createApollo = (schema: GraphQLSchema, log: (error: unknown) => void) =>
  new ApolloServer<GraphqlContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // Documents are remembered by `limitDocuments`, which sees them before they are parsed.
    documentStore: null,
    parseOptions: { maxTokens: LIMITS.tokens },
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: formatError(log),
    logger: { debug() {}, info() {}, warn: log, error: log },
    plugins: [
      limitDocuments(),
      compileQueries(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });

const withProtocolHeaders: RequestHandler = (_request, response, next) => {
  response.set(PROTOCOL_HEADERS);
  next();
};

const requireSignIn =
  ({ signIn, peers }: Pick<GraphqlOptions, 'signIn' | 'peers'>): RequestHandler =>
  async (request, response, next) => {
    try {
      response.locals['caller'] = await signIn(request.headers.authorization, originOf(peers, request));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return sendSignInError(request, response, error);
    }
    next();
  };

const JSON_BODY = /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;

/** Before anything is executed: Apollo would say so only afterwards. */
const requireMediaTypes: RequestHandler = (request, response, next) => {
  if (!takesAnswer(request))
    return sendError(
      request,
      response,
      406,
      'NOT_ACCEPTABLE',
      'Accept must allow application/json or application/graphql-response+json.',
    );
  if (request.method === 'POST' && !JSON_BODY.test(request.headers['content-type'] ?? ''))
    return sendError(
      request,
      response,
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'A body must be application/json in UTF-8.',
    );
  next();
};

const decoder = new TextDecoder('utf-8', { fatal: true });

const parseBody: RequestHandler = (request, response, next) => {
  const bytes: unknown = request.body;
  request.body = undefined;
  if (request.method !== 'POST') return next();
  try {
    request.body = JSON.parse(decoder.decode(Buffer.isBuffer(bytes) ? bytes : new Uint8Array()));
  } catch {
    return sendError(request, response, 400, 'BAD_REQUEST', 'The body is not well-formed JSON in UTF-8.');
  }
  if (Array.isArray(request.body))
    return sendError(request, response, 400, 'BAD_REQUEST', 'One request carries one operation, not a list.');
  next();
};
