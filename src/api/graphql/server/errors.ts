import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { Field, Int, ObjectType } from 'type-graphql';
import { DomainError } from '../../../domain-error.ts';
import { domainErrorOf } from '../../../services/shared/domain-error-of.ts';
import { isTopLevel, UserErrorCode } from './error-codes.ts';

@ObjectType({ simpleResolvers: true, description: 'Targets that may not get a distribution set.' })
class RefusedTargets {
  @Field(() => Int, { description: 'How many there are.' })
  count!: number;

  @Field(() => [String], { description: 'The controllerIds of the first of them, at most 10.' })
  controllerIds!: string[];
}

@ObjectType({ simpleResolvers: true, description: 'Why a mutation, or a row of it, was refused.' })
export class UserError {
  @Field(() => UserErrorCode, { description: 'The kind of fault, for programs.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'What is wrong, in English, without the name of the field.' })
  message!: string;

  @Field(() => [String], {
    description: 'Where in the input the fault is, outermost first: "targets", "1", "controllerId".',
  })
  path!: readonly string[];

  @Field(() => Int, {
    nullable: true,
    description: 'Of a filter: where it is wrong, in UTF-16 units from its start; null of other inputs.',
  })
  position!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of a filter: how many units are wrong from there on; 0 where something is missing.',
  })
  length!: number | null;

  @Field(() => String, { nullable: true, description: 'Of a filter: what could stand there, in English.' })
  expected!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of a filter: the field, operator or value that was perhaps meant; null where none is near.',
  })
  suggestion!: string | null;

  @Field(() => RefusedTargets, {
    nullable: true,
    description:
      'Of OUTSIDE_TARGET_FILTER: the targets that the distribution set is not for; otherwise null.',
  })
  refusedTargets!: RefusedTargets | null;
}

@ObjectType({ simpleResolvers: true, description: 'What every mutation answers.' })
export abstract class Payload {
  @Field(() => [UserError], {
    description: 'Why nothing was done, or which rows were refused; empty after a success.',
  })
  userErrors!: UserError[];
}

const isOfRow = ({ code, details }: DomainError) => code === 'FORBIDDEN' && details.path !== undefined;

/** A fault of the input, for programs and people; the same in a payload and in the extensions of an error. */
const userErrorOf = ({ code, rule, details }: DomainError): UserError => ({
  code: code in UserErrorCode ? (code as UserErrorCode) : 'INVALID_INPUT',
  message: rule,
  path: details.path ?? (code.startsWith('FILTER_') ? ['filter'] : []),
  position: details.position ?? null,
  length: details.length ?? null,
  expected: details.expected ?? null,
  suggestion: details.suggestion ?? null,
  refusedTargets: details.refusedTargets ?? null,
});

/** All that is wrong with an input. @throws errors that are not about it: a missing permission, a bug. */
export function userErrorsOf(error: unknown): UserError[] {
  if (!(error instanceof DomainError)) throw error;
  if (isTopLevel(error.code) && !isOfRow(error)) throw error;
  return error.all.map(userErrorOf);
}

/** Turns an error of a resolver into an entry of `errors`; an unforeseen one is logged and not shown. */
export const formatError =
  (log: (error: unknown) => void) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = unwrapResolverError(error);
    const known = domainErrorOf(cause);
    if (known) return { ...formatted, message: known.message, extensions: extensionsOf(known) };
    const short = {
      ...formatted,
      message: shortened(formatted.message),
      locations: formatted.locations?.slice(0, MOST_LOCATIONS),
    };
    if (formatted.extensions?.['code'] !== ApolloServerErrorCode.INTERNAL_SERVER_ERROR) return short;
    if (cause instanceof GraphQLError && isOfRequest(cause))
      return { ...short, extensions: { code: ApolloServerErrorCode.BAD_USER_INPUT } };
    log(cause);
    return { ...formatted, message: 'Something went wrong here; it was logged.' };
  };

/** The same for errors that end a subscription or are in one of its events, which Apollo doesn't handle. */
export const formatSocketError =
  (log: (error: unknown) => void) =>
  (error: GraphQLError): GraphQLError => {
    const { originalError: cause, nodes, source, positions, path } = error;
    const where = {
      nodes: nodes?.slice(0, MOST_LOCATIONS),
      source,
      positions: positions?.slice(0, MOST_LOCATIONS),
      path,
    };
    const known = domainErrorOf(cause);
    if (known) return new GraphQLError(known.message, { ...where, extensions: extensionsOf(known) });
    if (isOfRequest(error)) {
      const { code = ApolloServerErrorCode.BAD_USER_INPUT } = error.extensions;
      return new GraphQLError(shortened(error.message), {
        ...where,
        extensions: { ...error.extensions, code },
      });
    }
    log(cause ?? error);
    const { INTERNAL_SERVER_ERROR: code } = ApolloServerErrorCode;
    return new GraphQLError('Something went wrong here; it was logged.', { ...where, extensions: { code } });
  };

/** Whether graphql-js reports a wrong operation or wrong variables: an error of a scalar is not a bug. */
const isOfRequest = ({ path, nodes, originalError }: GraphQLError) =>
  !path && (!originalError || nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION);

const LONGEST_MESSAGE = 600;
const MOST_LOCATIONS = 20;

/** Messages repeat what was sent, which may be long; the reason is at their end. */
const shortened = (message: string) =>
  message.length > LONGEST_MESSAGE ? `${message.slice(0, 300)} … ${message.slice(-200)}` : message;

/** Faults of arguments have the shape of `UserError`; their paths begin with the argument. */
const extensionsOf = (error: DomainError): Record<string, unknown> =>
  isTopLevel(error.code)
    ? { code: error.code }
    : { code: ApolloServerErrorCode.BAD_USER_INPUT, userErrors: error.all.map(userErrorOf) };
