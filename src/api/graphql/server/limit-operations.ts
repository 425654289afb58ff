import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { takeTurns } from '../../../services/shared/turns.ts';
import { refuseCostly, shownCost } from './cost.ts';
import { documentTooDeep, documentTooLong, refuseLargeDocument, usesInLists } from './documents.ts';
import { LIMITS } from './limits.ts';
import { measureVariables, type VariablesSize } from './variables.ts';

/** Characters of all remembered documents; parsed, they take about fifty times as many bytes. */
const REMEMBERED = 500_000;
/** Longer ones are mostly rows written into the document, and don't come again. */
const REMEMBERED_LENGTH = 20_000;
/** Between parsing and validating a longer one, other requests run. */
const LONG = 5_000;
/** The same for values in variables, between measuring and executing. */
const MANY = 5_000;

/**
 * Refuses documents beyond the limits before they are validated, because validation is expensive for them, and
 * operations that would cost too much. Remembers valid documents.
 */
export function limitOperations(): ApolloServerPlugin<object> {
  const valid = new LRUCache<string, DocumentNode>({
    maxSize: REMEMBERED,
    sizeCalculation: (_, source) => source.length,
  });
  return {
    async requestDidStart() {
      let fault: GraphQLError | undefined;
      let cost: number | undefined;
      return {
        async didResolveSource(request: { source: string; document?: DocumentNode }) {
          const known = valid.get(request.source);
          const read = known ? { document: known } : readDocument(request.source);
          fault = read.fault;
          // It is parsed again and validated in one go.
          if (!known && request.source.length > LONG) await takeTurns().next();
          // Apollo takes a given document as valid. One with a fault is not executed, see below.
          if (known || fault) request.document = read.document;
        },
        async validationDidStart({ source, document }) {
          return async (errors) => {
            if (!errors?.length && source.length <= REMEMBERED_LENGTH) valid.set(source, document);
          };
        },
        async didResolveOperation({ schema, document, operation, request }) {
          if (fault) throw fault;
          if (operation?.operation === 'subscription')
            throw new GraphQLError('Subscriptions use graphql-ws: a WebSocket on this path.', {
              extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
            });
          if (!operation) return;
          const { size, ...known } = refuseLarge(schema, document, operation, request.variables ?? {});
          cost = known.cost;
          // They are read again to be executed.
          if (size.values > MANY) await takeTurns().next();
        },
        async willSendResponse({ response: { body } }) {
          if (cost === undefined || body.kind !== 'single') return;
          body.singleResult.extensions = { ...body.singleResult.extensions, cost: shownCost(cost) };
        },
      };
    },
  };
}

/**
 * Says what an operation costs and how much is in its variables.
 * @throws GraphQLError if the operation or its variables are beyond a limit
 */
export function refuseLarge(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): { cost: number | undefined; size: VariablesSize } {
  const size = measureVariables(variables, usesInLists(document));
  return { size, cost: refuseCostly(schema, document, operation, { variables, lists: size.lists }) };
}

const NOTHING = parse('{ __typename }');

/** The document, or an empty one and its fault; neither if it can't be parsed, which Apollo reports. */
export function readDocument(source: string): { document?: DocumentNode; fault?: GraphQLError } {
  if (source.length > LIMITS.characters) return { document: NOTHING, fault: documentTooLong() };
  try {
    const document = parse(source, { maxTokens: LIMITS.tokens, noLocation: true });
    return { document, ...faultOf(document) };
  } catch (error) {
    if (error instanceof GraphQLError) return {};
    // The parser ran out of stack.
    return { document: NOTHING, fault: documentTooDeep() };
  }
}

function faultOf(document: DocumentNode): { document: DocumentNode; fault: GraphQLError } | undefined {
  try {
    refuseLargeDocument(document);
    return undefined;
  } catch (error) {
    return { document: NOTHING, fault: error instanceof GraphQLError ? error : documentTooDeep() };
  }
}
