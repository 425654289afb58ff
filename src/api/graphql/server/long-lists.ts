import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import { inTurns, turnBefore } from '../../../services/shared/turns.ts';

/**
 * A mutation may take ten thousand rows, and answer for each. Other requests run after its input is read and before it
 * becomes objects of classes, and while its lists are rendered.
 */
export function takeTurnsInMutations(schema: GraphQLSchema): void {
  const mutations = Object.values(schema.getMutationType()!.getFields());
  for (const mutation of mutations) takeTurnBefore(mutation);
  const payloads = new Set(mutations.map(({ type }) => getNamedType(type)));
  for (const payload of payloads) if (isObjectType(payload)) renderListsInTurns(payload);
}

function takeTurnBefore(mutation: GraphQLField<unknown, unknown>): void {
  const { resolve } = mutation;
  mutation.resolve = async (source, args, ...context) => {
    for (const value of Object.values(args['input'] ?? {})) if (Array.isArray(value)) await turnBefore(value);
    return resolve!(source, args, ...context);
  };
}

function renderListsInTurns(payload: GraphQLObjectType): void {
  for (const field of Object.values(payload.getFields())) {
    if (!isListType(getNullableType(field.type))) continue;
    const { resolve = defaultFieldResolver } = field;
    field.resolve = async (...given) => {
      const list = (await resolve(...given)) as readonly unknown[] | null;
      return list && inTurns(list);
    };
  }
}
