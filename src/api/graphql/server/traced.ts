import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type OperationDefinitionNode } from 'graphql';
import { tracing } from '../../../tracing/tracer.ts';

/** Characters of the name that a client gives to its operation. */
const LONGEST_NAME = 100;
const MOST_FIELDS = 10;

/** Gives the span of a request the name of what the operation asks for first, and the codes of its errors. */
export function traceOperations(): ApolloServerPlugin<object> {
  return {
    async requestDidStart() {
      const span = tracing()?.current()?.span;
      if (!span) return;
      return {
        async didResolveOperation({ operation }) {
          if (!operation) return;
          const fields = fieldsOf(operation);
          span.rename(`${operation.operation} ${fields[0] ?? ''}`.trim());
          span.note({
            'graphql.operation.type': operation.operation,
            'graphql.operation.name': operation.name?.value.slice(0, LONGEST_NAME),
            'muster.graphql.fields': fields,
          });
        },
        async didEncounterErrors({ errors }) {
          const codes = errors.map(({ extensions }) => String(extensions?.['code'] ?? 'UNKNOWN'));
          span.note({ 'muster.graphql.errors': [...new Set(codes)] });
        },
      };
    },
  };
}

const fieldsOf = ({ selectionSet }: OperationDefinitionNode): string[] =>
  selectionSet.selections
    .flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []))
    .slice(0, MOST_FIELDS);
