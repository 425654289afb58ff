import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import express, { type ErrorRequestHandler, type Router } from 'express';
import type { GraphQLSchema } from 'graphql';
import { sendFailure } from './answers.ts';
import { compileQueries } from './compiled.ts';
import type { GraphqlContext } from './context.ts';
import { ASK, ASK_BY_GET } from './described.ts';
import { formatError } from './errors.ts';
import { graphiqlRoutes } from './graphiql.ts';
import { limitOperations } from './limit-operations.ts';
import { LIMITS } from './limits.ts';
import { type Listener, type ListenerOptions, operationListener } from './listener.ts';
import { refuseOncePerField } from './needs.ts';
import { readOperations } from './read-operations.ts';
import { buildSchema } from './schema.ts';
import { sessionRoutes } from './session.ts';
import { traceOperations } from './traced.ts';
import { answerUnavailable } from './unavailable.ts';

export interface GraphqlDoor {
  schema: GraphQLSchema;
  /** Answers an operation. */
  answer: Listener;
  /** To be mounted at `/graphql`: for all other paths there, and operations too. */
  router: Router;
  close(): Promise<void>;
}

/** Opens the GraphQL API, which follows GraphQL over HTTP, and GraphiQL for browsers. */
export async function openGraphql(options: ListenerOptions): Promise<GraphqlDoor> {
  const { log } = options;
  const schema = buildSchema();
  const apollo = createApollo(schema, log);
  await apollo.start();

  const answer = operationListener(apollo, options);
  const failed: ErrorRequestHandler = (error, request, response, _next) =>
    sendFailure(request, response, error, log);
  const router = express.Router();
  const routes = options.routes.under('/graphql', 'graphql');
  graphiqlRoutes(router, options.proxies);
  sessionRoutes(router, { ...options, routes });
  routes.note({ method: 'get', path: '', operation: ASK_BY_GET });
  routes.note({ method: 'post', path: '', operation: ASK });
  router.all('/', answer);
  router.use(failed);
  return { schema, answer, router, close: () => apollo.stop() };
}

const createApollo = (schema: GraphQLSchema, log: (error: unknown) => void) =>
  new ApolloServer<GraphqlContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // Documents are remembered by `limitOperations`, which sees them before they are parsed.
    documentStore: null,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationOptions: { maxErrors: LIMITS.errors },
    executionOptions: { maxCoercionErrors: LIMITS.errors },
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: formatError(log),
    logger: { debug() {}, info() {}, warn: log, error: log },
    plugins: [
      limitOperations(),
      traceOperations(),
      compileQueries(),
      readOperations(),
      answerUnavailable(),
      refuseOncePerField(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
