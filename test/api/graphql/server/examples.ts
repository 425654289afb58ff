import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/* Values and documents made from the schema, for tests that go through all of it. */

export type AnyField = GraphQLField<unknown, unknown>;

const SCALARS: Record<string, unknown> = {
  Boolean: true,
  Int: 1,
  Float: 1,
  SafeInt: 1,
  DateTime: '2030-01-01T00:00:00Z',
};

/** The places in an input that a test is about, as names down to each. */
export function placesIn(
  type: GraphQLInputType,
  isWanted: (type: GraphQLInputType) => boolean,
  path: string[],
  seen: readonly string[] = [],
): string[][] {
  const bare = getNullableType(type);
  const named = getNamedType(bare);
  const here = isWanted(bare) ? [path] : [];
  if (!isInputObjectType(named) || seen.includes(named.name)) return here;
  const fields = Object.values(named.getFields());
  return [
    ...here,
    ...fields.flatMap(({ name, type }) => placesIn(type, isWanted, [...path, name], [...seen, named.name])),
  ];
}

/** The smallest value of a type, with what `at` makes of the type at the end of the path. */
export function exampleOf(
  type: GraphQLInputType,
  path?: readonly string[],
  at?: (type: GraphQLInputType) => unknown,
): unknown {
  const bare = getNullableType(type);
  if (path?.length === 0) return at!(bare);
  if (isListType(bare)) return path ? [exampleOf(bare.ofType, path, at)] : [];
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (!isInputObjectType(bare)) return SCALARS[bare.name] ?? 'x';
  const fields = Object.values(bare.getFields());
  const next = path?.[0];
  const isChosen = ({ name, type, defaultValue }: GraphQLInputField) => {
    if (bare.isOneOf) return name === (next ?? fields[0]!.name);
    return name === next || (isNonNullType(type) && defaultValue === undefined);
  };
  return Object.fromEntries(
    fields
      .filter(isChosen)
      .map(({ name, type }) => [name, name === next ? exampleOf(type, path!.slice(1), at) : exampleOf(type)]),
  );
}

/** Each field of an object that an operation reaches, with the shortest way to it from a root. */
export function reachableFields(schema: GraphQLSchema): { way: AnyField[]; root: string }[] {
  const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
  const seen = new Set(roots.map(({ name }) => name));
  const found: { way: AnyField[]; root: string }[] = [];
  const waiting = roots.map((type) => ({ type, way: [] as AnyField[], root: type.name }));
  for (let next = waiting.shift(); next; next = waiting.shift())
    for (const field of Object.values(next.type.getFields())) {
      const way = [...next.way, field];
      found.push({ way, root: next.root });
      const type = getNamedType(field.type);
      if (!isObjectType(type) || seen.has(type.name)) continue;
      seen.add(type.name);
      waiting.push({ type, way, root: next.root });
    }
  return found;
}

/** An operation that asks for the last field of a way with `$value` as one of its arguments. */
export function operationFor({ way, root }: { way: AnyField[]; root: string }, argument: string) {
  const declared: string[] = [];
  const variables: Record<string, unknown> = {};
  let selection = isCompositeType(getNamedType(way.at(-1)!.type)) ? '{ __typename }' : '';
  for (const [depth, field] of [...way.entries()].toReversed()) {
    const isLast = depth === way.length - 1;
    const given = field.args.flatMap(({ name, type, defaultValue }) => {
      const isNeeded = isNonNullType(type) && defaultValue === undefined;
      if (!(isLast && name === argument) && !isNeeded) return [];
      const variable = isLast && name === argument ? 'value' : `${name}${depth}`;
      declared.push(`$${variable}: ${type}`);
      if (variable !== 'value') variables[variable] = exampleOf(type);
      return `${name}: $${variable}`;
    });
    selection = `${field.name}${given.length ? `(${given.join(', ')})` : ''} ${selection}`;
    if (depth) selection = `{ ${selection} }`;
  }
  return { query: `${root.toLowerCase()} (${declared.join(', ')}) { ${selection} }`, variables };
}
