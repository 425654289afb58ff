import {
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';
import { openTestDoor } from '../support.ts';

/* Every list that a caller can give has a bound, and who is beyond it is told where. */

const door = openTestDoor();
const schema = buildSchema();

/** More than any list takes, and more than those take that are of few kinds of things or go into one object. */
const BEYOND_ALL = 10_001;

interface Place {
  root: 'Query' | 'Mutation';
  field: string;
  argument: string;
  type: GraphQLInputType;
  /** The names down to the list. */
  path: string[];
}

/** The lists in the arguments of a field, wherever they are in it. */
function listsIn(type: GraphQLInputType, path: string[], seen: readonly string[] = []): string[][] {
  const bare = getNullableType(type);
  const named = getNamedType(bare);
  const here = isListType(bare) ? [path] : [];
  if (!isInputObjectType(named) || seen.includes(named.name)) return here;
  const fields = Object.values(named.getFields());
  return [
    ...here,
    ...fields.flatMap(({ name, type }) => listsIn(type, [...path, name], [...seen, named.name])),
  ];
}

const placesOf = (root: 'Query' | 'Mutation'): Place[] =>
  Object.values((schema.getType(root) as GraphQLObjectType).getFields()).flatMap(({ name: field, args }) =>
    args.flatMap(({ name, type }) =>
      listsIn(type, [name]).map((path) => ({ root, field, argument: name, type, path })),
    ),
  );

/** The smallest value of a type, with a list of so many values at the end of the path. */
function exampleOf(type: GraphQLInputType, [, ...path]: readonly string[], length: number): unknown {
  const bare = getNullableType(type);
  if (isListType(bare))
    return path.length
      ? [exampleOf(bare.ofType, ['', ...path], length)]
      : Array(length).fill(exampleOf(bare.ofType, [], length));
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (!isInputObjectType(bare)) return SCALARS[bare.name] ?? 'x';
  const fields = Object.values(bare.getFields());
  const wanted = ({ name, type }: GraphQLInputField) =>
    name === path[0] || (path.length === 0 && bare.isOneOf ? name === fields[0]!.name : isNonNullType(type));
  const chosen = fields.filter((one) => (bare.isOneOf && path.length ? one.name === path[0] : wanted(one)));
  return Object.fromEntries(
    chosen.map((one) => [
      one.name,
      exampleOf(one.type, one.name === path[0] ? path : [''], one.name === path[0] ? length : 0),
    ]),
  );
}
const SCALARS: Record<string, unknown> = {
  Boolean: true,
  Int: 1,
  Float: 1,
  SafeInt: 1,
  DateTime: '2030-01-01T00:00:00Z',
};

const places = [...placesOf('Query'), ...placesOf('Mutation')];

it('refuses every list that is too long at once, and names it', async () => {
  const ask = door.as(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
  const told: string[] = [];
  for (const { root, field, argument, type, path } of places) {
    const { type: answered, args } = (schema.getType(root) as GraphQLObjectType).getFields()[field]!;
    const selection = isCompositeType(getNamedType(answered)) ? '{ __typename }' : '';
    const others = args
      .filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined && arg.name !== argument)
      .map(({ name }) => `, ${name}: "x"`);
    const query = `${root.toLowerCase()} ($value: ${type}) { ${field}(${argument}: $value ${others}) ${selection} }`;
    const before = door.statements;
    const answer = await ask(query, { value: exampleOf(type, path, BEYOND_ALL) });
    const [error] = answer.errors;
    const names = new RegExp(`"${path.at(-1) === argument ? '\\$?value' : path.at(-1)}"`);
    if (!error || !names.test(error.message) || door.statements > before)
      told.push(`${field}(${path.join('.')}): ${error?.message}`);
  }
  expect(told).toEqual([]);
  expect(places.length).toBeGreaterThan(80);
}, 60_000);

it('names a list in the document, too', async () => {
  const list = Array(BEYOND_ALL).fill('1').join();
  const { errors } = await door.as()(`{ nodes(ids: [${list}]) { id } }`);
  expect(errors[0].message).toContain('more than 10000 values in "ids"');
});
