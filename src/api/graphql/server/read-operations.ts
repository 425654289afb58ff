import type { ApolloServerPlugin } from '@apollo/server';
import { readBy } from '../../../services/shared/context.ts';
import type { GraphqlContext } from './context.ts';

/** Lets queries read from a replica. What a mutation returns is read where it was written. */
export function readOperations(): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, contextValue }) {
          if (operation?.operation === 'query') await readBy(contextValue);
        },
      };
    },
  };
}
