import { GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { readDocument, refuseLarge } from './limit-operations.ts';
import { LIMITS } from './limits.ts';

const OPERATIONS_AT_MOST = 100;
/** Characters of all running operations of a connection: what was sent is kept as long as they run. */
const OPERATIONS_LENGTH = 1 << 16;
const ID_LENGTH = 200;

/** The operations of a connection, with the one that is read, and the characters of each that runs. */
interface Open {
  count: number;
  lengths: readonly number[];
}

/** The subscription that a client sent and its characters, or its errors. */
export function readSubscription(schema: GraphQLSchema, open: Open, id: string, payload: SubscribePayload) {
  try {
    if (id.length > ID_LENGTH)
      throw tooMuch(`The id of an operation has no more than ${ID_LENGTH} characters.`);
    if (open.count > OPERATIONS_AT_MOST)
      throw tooMuch(`A connection carries no more than ${OPERATIONS_AT_MOST} operations.`);
    return { args: argsOf(schema, payload), length: lengthWith(payload, open) };
  } catch (error) {
    if (error instanceof Invalid) return { errors: error.errors };
    if (error instanceof GraphQLError)
      return { errors: [error.extensions['code'] ? error : withCode(error, 'GRAPHQL_PARSE_FAILED')] };
    throw error;
  }
}

const tooMuch = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'TOO_MANY_OPERATIONS' } });

/** Why a document isn't valid. */
class Invalid extends Error {
  constructor(readonly errors: GraphQLError[]) {
    super('invalid');
  }
}

/** @throws GraphQLError, Invalid */
function argsOf(schema: GraphQLSchema, { query, operationName, variables }: SubscribePayload) {
  const { document = parse(query, { maxTokens: LIMITS.tokens }), fault } = readDocument(query);
  if (fault) throw fault;
  const errors = validate(schema, document, undefined, { maxErrors: LIMITS.errors });
  if (errors.length) throw new Invalid(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
  const operations = document.definitions.filter((one) => one.kind === 'OperationDefinition');
  const operation = operations.find(
    ({ name }) => operationName == null || operationName === '' || name?.value === operationName,
  );
  if (operation?.operation !== 'subscription' || (!operationName && operations.length > 1))
    throw new GraphQLError(
      'This is only for one subscription, which is named or the only operation of its document: send all others by POST.',
      { extensions: { code: 'BAD_REQUEST' } },
    );
  refuseLarge(schema, document, operation, variables ?? {});
  const options = { maxCoercionErrors: LIMITS.errors };
  return { document, operationName, variableValues: variables, options };
}

/** @throws GraphQLError if the connection then has too much */
function lengthWith(payload: SubscribePayload, { lengths }: Open): number {
  const length = lengthOf(payload);
  if (lengths.reduce((sum, one) => sum + one, length) > OPERATIONS_LENGTH)
    throw tooMuch(`The operations of a connection have no more than ${OPERATIONS_LENGTH} characters in all.`);
  return length;
}

/** Infinite if the payload is nested so deep that it can't be written. Unused parts are not measured. */
function lengthOf(payload: SubscribePayload): number {
  try {
    return JSON.stringify(payload).length;
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

const withCode = ({ message, nodes, source, positions }: GraphQLError, code: string) =>
  new GraphQLError(message, { nodes, source, positions, extensions: { code } });
