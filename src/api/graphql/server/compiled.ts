import type { ApolloServerPlugin } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { measureVariables } from './variables.ts';

/** Uses after which a query is compiled: compiling takes as long as running it about ten times. */
const COMPILED_FROM = 3;
/** Characters of a document, and of all kept documents. A compiled one takes some hundreds of bytes for each. */
const LONGEST = 4_000;
const KEPT = 50_000;
/** Values in variables: compiled code collects an error for each wrong one. */
const MOST_VALUES = 200;

/** With directives, graphql-jit loses parts of the answer if a fragment is used twice. */
const isCompilable = (operation: OperationDefinitionNode, source: string) =>
  operation.operation === 'query' && source.length <= LONGEST && !source.includes('@');

/**
 * Runs queries that come often as compiled code, in a fraction of the time of interpreting them. Only complete answers
 * are used: if anything goes wrong, graphql-js runs the query again and reports the error.
 */
export function compileQueries(): ApolloServerPlugin<object> {
  const compile = openCompiler();
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ schema, document, operation, source, request, contextValue, response }) {
          // Undefined for an unknown name: the execution reports that.
          if (!operation || !isCompilable(operation, source)) return null;
          if (measureVariables(request.variables ?? {}).values > MOST_VALUES) return null;
          const compiled = compile(schema, document, operation, source.length);
          const result = await compiled?.query(undefined, contextValue, request.variables);
          if (!result || result.errors) return null;
          return { http: response.http, body: { kind: 'single', singleResult: { data: result.data } } };
        },
      };
    },
  };
}

/** Compiles operations that were used often enough. They belong to remembered documents. */
function openCompiler() {
  const uses = new WeakMap<OperationDefinitionNode, number>();
  const kept = new LRUCache<OperationDefinitionNode, CompiledQuery>({ maxSize: KEPT });
  return (
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    size: number,
  ): CompiledQuery | undefined => {
    const known = kept.get(operation);
    if (known) return known;
    const count = (uses.get(operation) ?? 0) + 1;
    uses.set(operation, count % COMPILED_FROM);
    if (count < COMPILED_FROM) return undefined;
    const compiled = compileQuery(schema, document, operation.name?.value);
    if (!isCompiledQuery(compiled)) return undefined;
    kept.set(operation, compiled, { size });
    return compiled;
  };
}
