import type { ApolloServerPlugin } from '@apollo/server';
import type { FormattedExecutionResult, OperationDefinitionNode } from 'graphql';
import { databaseUnavailable } from '../../../errors.ts';
import { retryAfterOf } from '../../hawkbit-errors.ts';

const { code: UNAVAILABLE } = databaseUnavailable();

/**
 * Answers 503 if there is no data because the database is unavailable. A mutation of several fields may have done some
 * of them: then the status stays 200, because sending it again would do these twice.
 */
export function answerUnavailable(): ApolloServerPlugin<object> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { http, body }, operation }) {
          if (body.kind !== 'single' || !isEmptied(body.singleResult) || isOfParts(operation)) return;
          http.status = 503;
          for (const [name, value] of Object.entries(retryAfterOf(databaseUnavailable())))
            http.headers.set(name.toLowerCase(), value);
        },
      };
    },
  };
}

const isEmptied = ({ data, errors }: FormattedExecutionResult): boolean =>
  errors?.some(({ extensions }) => extensions?.['code'] === UNAVAILABLE) === true &&
  Object.values(data ?? {}).every((value) => value === null);

const isOfParts = (operation: OperationDefinitionNode | undefined): boolean =>
  operation?.operation === 'mutation' && operation.selectionSet.selections.length > 1;
