import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLID,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
  GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isNotFoundCode, notFound } from '../../../domain-error.ts';
import type { UserError } from './errors.ts';
import { asSent, globalId, keyOf, textAt, typeNamedBy } from './ids.ts';

/** Turns a value that was sent into what resolvers get. */
type Decode = (value: unknown) => unknown;

/**
 * Makes ids global in a whole schema: what was declared with `idOf`, and the `id` of every `Node`, is a number in the
 * code and a text with the type's name outside.
 * @throws Error where an input has an `ID` that doesn't say of what
 */
export function withGlobalIds(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap());
  const decoderOf = openDecoders();
  for (const type of types) {
    if (isObjectType(type)) withGlobalIdsIn(type, decoderOf);
    const named = typeNamedBy(type);
    if (named !== undefined && named !== 'Node' && !isNode(schema.getType(named)))
      throw new Error(`${named} is no Node`);
  }
  // Only now: the decoders of arguments have read what these were declared as.
  for (const type of types) if (isInputObjectType(type)) for (const field of fieldsOf(type)) plain(field);
  for (const type of types)
    if (isInterfaceType(type) && type.name === 'Node')
      type.resolveType = ({ __typename }: { __typename: string }) => __typename;
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, types: config.types.filter((type) => !typeNamedBy(type)) });
}

const isNode = (type: unknown): boolean =>
  isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');

const fieldsOf = (type: GraphQLInputObjectType) => Object.values(type.getFields());

function withGlobalIdsIn(type: GraphQLObjectType, decoderOf: DecoderOf): void {
  const hasIdentity = isNode(type);
  for (const field of Object.values(type.getFields())) {
    const named = hasIdentity && field.name === 'id' ? type.name : typeNamedBy(getNamedType(field.type));
    if (named) encodeResult(field, named);
    if (hasIdentity && field.name === 'number') field.resolve = (source) => (source as { id: number }).id;
    if (field.args.length) decodeArguments(field, decoderOf);
    for (const arg of field.args) plain(arg);
    plain(field);
  }
}

/** Shows a declared id as `ID`. */
function plain(place: { type: GraphQLType }): void {
  const withId = (type: GraphQLType): GraphQLType => {
    if (isNonNullType(type)) return new GraphQLNonNull(withId(type.ofType));
    if (isListType(type)) return new GraphQLList(withId(type.ofType));
    return GraphQLID;
  };
  if (typeNamedBy(getNamedType(place.type))) place.type = withId(place.type);
}

function encodeResult(field: GraphQLField<unknown, unknown>, type: string): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  const encode = (value: unknown): unknown => {
    if (value == null) return value;
    return Array.isArray(value) ? value.map(encode) : globalId(type, value as number);
  };
  field.resolve = (...given) => {
    const value = resolve(...given);
    return value instanceof Promise ? value.then(encode) : encode(value);
  };
}

type DecoderOf = (type: GraphQLInputType, place: string) => Decode | undefined;

/** Reads which parts of an input are ids; undefined where none is. */
function openDecoders(): DecoderOf {
  const ofObjects = new Map<GraphQLInputObjectType, Decode | undefined>();
  const decoderOf: DecoderOf = (type, place) => {
    if (isNonNullType(type)) return decoderOf(type.ofType, place);
    if (isListType(type)) return ofEach(decoderOf(type.ofType, place));
    if (isInputObjectType(type)) return ofObject(type);
    if (type === GraphQLID) throw new Error(`${place} is an ID and doesn't say of what: use idOf`);
    const named = typeNamedBy(type);
    // The type of any Node's id is read by who gets it.
    return named === undefined || named === 'Node' ? undefined : (text) => keyOf(text as string, named);
  };
  const ofObject = (type: GraphQLInputObjectType): Decode | undefined => {
    if (ofObjects.has(type)) return ofObjects.get(type);
    // Until its fields are known, which may have inputs of the same type.
    ofObjects.set(type, undefined);
    const decode = ofFields(
      fieldsOf(type).map((field) => [field.name, decoderOf(field.type, `${type.name}.${field.name}`)]),
    );
    ofObjects.set(type, decode);
    return decode;
  };
  return decoderOf;
}

const ofEach = (decode: Decode | undefined): Decode | undefined =>
  decode && ((list) => (list as unknown[]).map((value) => (value == null ? value : decode(value))));

/** Copies what it changes: an object may be used in several places of an operation. */
function ofFields(decoders: (readonly [string, Decode | undefined])[]): Decode | undefined {
  const needed = decoders.filter((entry): entry is [string, Decode] => entry[1] !== undefined);
  if (!needed.length) return undefined;
  return (object) => {
    const copy: Record<string, unknown> = { ...(object as Record<string, unknown>) };
    for (const [name, decode] of needed) if (copy[name] != null) copy[name] = decode(copy[name]);
    return copy;
  };
}

function decodeArguments(field: GraphQLField<unknown, unknown>, decoderOf: DecoderOf): void {
  const decode = ofFields(
    field.args.map(({ name, type }) => [name, decoderOf(type, `${field.name}(${name})`)]),
  );
  if (!decode) return;
  const { resolve, subscribe } = field;
  if (resolve) field.resolve = withDecoded(resolve, decode);
  if (subscribe) field.subscribe = withDecoded(subscribe, decode);
}

type Resolve = GraphQLFieldResolver<unknown, unknown>;

/** Calls a resolver with decoded arguments. Its errors name unknown ids as they were sent. */
const withDecoded =
  (resolve: Resolve, decode: Decode): Resolve =>
  async (source, args, context, info) => {
    try {
      const result: unknown = await resolve(source, decode(args) as object, context, info);
      return isPayload(result) ? nameAsSent(result, args.input ?? args) : result;
    } catch (error) {
      throw asSent(error, args);
    }
  };

interface Faulty {
  userErrors: UserError[];
}

const isPayload = (result: unknown): result is Faulty =>
  typeof result === 'object' && result !== null && 'userErrors' in result && Array.isArray(result.userErrors);

/** The same payload, whose errors name unknown ids as they were sent in the input. */
function nameAsSent(payload: Faulty, input: object): Faulty {
  if (!payload.userErrors.length) return payload;
  const userErrors = payload.userErrors.map((error) => {
    const id = isNotFoundCode(error.code) ? textAt(input, error.path) : undefined;
    return id === undefined || !isNotFoundCode(error.code)
      ? error
      : { ...error, message: notFound(error.code, id, []).message };
  });
  return { ...payload, userErrors };
}
