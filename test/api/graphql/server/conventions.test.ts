import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';

/* The conventions of the API, held for every type, field and argument that there is. */

const schema = buildSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const objects = types.filter(isObjectType);
const inputs = types.filter(isInputObjectType);
const fieldsOf = (type: GraphQLObjectType) => Object.values(type.getFields());
const mutations = fieldsOf(schema.getMutationType()!);
const namedOf = (type: GraphQLType) => getNamedType(type) as { name: string };
const isNode = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'Node');

/** What breaks a rule; the test shows all at once. */
const breaking = <T>(all: readonly T[], rule: (one: T) => boolean, name: (one: T) => string): string[] =>
  all.filter((one) => !rule(one)).map(name);

const everyField = objects.flatMap((type) => fieldsOf(type).map((field) => ({ type, field })));
const nameOf = ({ type, field }: { type: GraphQLObjectType; field: GraphQLField<unknown, unknown> }) =>
  `${type.name}.${field.name}`;

describe('every connection', () => {
  const connections = objects.filter(({ name }) => name.endsWith('Connection'));
  const listing = everyField.filter(({ field }) => namedOf(field.type).name.endsWith('Connection'));

  /** Lists that cannot be asked all that others can, and why. */
  const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
    // An action has few, and they are read in the order in which they happened.
    'Action.statusHistory': ['filter', 'orderBy'],
    // Changes and steps of actions together, which have no fields in common but the time.
    'Target.timeline': ['filter', 'orderBy'],
  };

  it('has edges, nodes, pageInfo and totalCount', () => {
    const parts = ['edges', 'nodes', 'pageInfo', 'totalCount'];
    const whole = (type: GraphQLObjectType) => Object.keys(type.getFields()).sort().join() === parts.join();
    expect(breaking(connections, whole, ({ name }) => name)).toEqual([]);
    expect(connections.length).toBeGreaterThan(20);
  });

  it('pages both ways, with filter and order', () => {
    const asked = ['after', 'before', 'filter', 'first', 'last', 'offset', 'orderBy'];
    const missing = listing.flatMap((one) => {
      const has = one.field.args.map(({ name }) => name);
      const lacks = asked.filter((name) => !has.includes(name));
      const excused = EXCEPTIONS[nameOf(one)] ?? [];
      return lacks.filter((name) => !excused.includes(name)).map((name) => `${nameOf(one)}(${name})`);
    });
    expect(missing).toEqual([]);
    for (const name of Object.keys(EXCEPTIONS)) expect(listing.map(nameOf)).toContain(name);
  });

  it('is what a list of an entity at the root is', () => {
    const bare = fieldsOf(schema.getQueryType()!).filter(({ name, type }) => {
      const named = getNamedType(type);
      return isListType(getNullableType(type)) && isObjectType(named) && isNode(named) && name !== 'nodes';
    });
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});

describe('every mutation', () => {
  const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const payloadOf = ({ type }: GraphQLField<unknown, unknown>) => getNamedType(type) as GraphQLObjectType;

  it('takes one input of its own name', () => {
    const own = ({ name, args }: GraphQLField<unknown, unknown>) =>
      args.length === 1 && args[0]!.name === 'input' && String(args[0]!.type) === `${capital(name)}Input!`;
    expect(breaking(mutations, own, ({ name }) => name)).toEqual([]);
  });

  it('answers a payload of its own name, with userErrors and its noun', () => {
    const own = ({ name, type }: GraphQLField<unknown, unknown>) =>
      String(type) === `${capital(name)}Payload!`;
    expect(breaking(mutations, own, ({ name }) => name)).toEqual([]);
    const told = (mutation: GraphQLField<unknown, unknown>) => {
      const { userErrors, ...nouns } = payloadOf(mutation).getFields();
      return String(userErrors?.type) === '[UserError!]!' && Object.keys(nouns).length > 0;
    };
    expect(breaking(mutations, told, ({ name }) => name)).toEqual([]);
  });

  it('that deletes things answers deletedIds and deletedCount', () => {
    // A part of a thing, which has no id: the thing is answered.
    const parts = ['deleteDistributionSetMetadata', 'deleteSoftwareModuleMetadata', 'deleteTargetMetadata'];
    const deleting = mutations.filter(({ name }) => name.startsWith('delete') && !parts.includes(name));
    const told = (mutation: GraphQLField<unknown, unknown>) => {
      const { deletedIds, deletedCount } = payloadOf(mutation).getFields();
      return String(deletedIds?.type) === '[ID!]!' && String(deletedCount?.type) === 'Int!';
    };
    expect(breaking(deleting, told, ({ name }) => name)).toEqual([]);
    expect(deleting.length).toBeGreaterThan(15);
  });
});

describe('every input', () => {
  const every = inputs.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
  const place = ({ type, field }: { type: { name: string }; field: GraphQLInputField }) =>
    `${type.name}.${field.name}`;

  it('that is a choice has fields of which none must be given', () => {
    const choices = inputs.filter(({ isOneOf }) => isOneOf);
    expect(choices.map(({ name }) => name)).toContain('TargetSelection');
    for (const type of choices)
      for (const field of Object.values(type.getFields()))
        expect([type.name, isNonNullType(field.type), field.defaultValue]).toEqual([
          type.name,
          false,
          undefined,
        ]);
  });

  it('chooses by ids or a filter in one field', () => {
    const both = inputs.filter((type) => {
      const { filter, ids } = type.getFields();
      return filter && ids && !type.isOneOf;
    });
    expect(both.map(({ name }) => name)).toEqual([]);
    expect(inputs.filter(({ name }) => name.endsWith('Selection')).every(({ isOneOf }) => isOneOf)).toBe(
      true,
    );
  });

  it('names targets by their ids, except to create them', () => {
    const byName = every.filter(({ field }) => /^controllerIds?$/.test(field.name));
    // One that is of another tenant still has no id here.
    expect(byName.map(place).toSorted()).toEqual([
      'ClaimTargetInput.controllerId',
      'ClaimTargetsInput.controllerIds',
      'TargetInput.controllerId',
    ]);
    const args = everyField.flatMap((one) =>
      one.field.args
        .filter(({ name }) => /controllerIds?$/i.test(name))
        .map(({ name }) => `${nameOf(one)}(${name})`),
    );
    expect(args).toEqual(['Query.targetByControllerId(controllerId)']);
  });
});

describe('every name', () => {
  const names = types.flatMap((type): [string, string][] => {
    if (isEnumType(type)) return type.getValues().map(({ name }) => [`${type.name}.${name}`, name]);
    if (isInputObjectType(type))
      return Object.keys(type.getFields()).map((name) => [`${type.name}.${name}`, name]);
    if (!isObjectType(type)) return [];
    return fieldsOf(type).flatMap((field): [string, string][] => [
      [`${type.name}.${field.name}`, field.name],
      ...field.args.map(({ name }): [string, string] => [`${type.name}.${field.name}(${name})`, name]),
    ]);
  });

  it('is spelt in the American way, and a filter is called so', () => {
    const odd = /colour|cancell(?:ed|ing)|licence|behaviour|^(?:query|q|rsql)$/i;
    expect(
      breaking(
        names,
        ([, name]) => !odd.test(name),
        ([path]) => path,
      ),
    ).toEqual([]);
    expect(types.filter(({ name }) => /colour|cancelled/i.test(name))).toEqual([]);
  });

  it('of a value is in capitals, all others begin with a small letter', () => {
    const values = types
      .filter(isEnumType)
      .flatMap((type) => type.getValues().map(({ name }) => `${type.name}.${name}`));
    expect(
      breaking(
        values,
        (path) => /^\w+\.[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(path),
        (path) => path,
      ),
    ).toEqual([]);
    const others = names.filter(([path]) => !values.includes(path));
    expect(
      breaking(
        others,
        ([, name]) => /^[a-z][A-Za-z0-9]*$/.test(name),
        ([path]) => path,
      ),
    ).toEqual([]);
  });
});

describe('every text of a form', () => {
  const FORMS: [name: RegExp, scalar: string][] = [
    [/colou?r$/i, 'Color'],
    [/url$|href$/i, 'URL'],
    [/cron|schedule$/i, 'Cron'],
    [/duration$|^sleep$|timeout$|interval$|delay$|overlap$|overdueTime$/i, 'Duration'],
    [/time_?zone$|offset$/i, 'UtcOffset'],
  ];
  const places = types.flatMap((type): [string, string, GraphQLType][] => {
    if (!isInputObjectType(type) && !isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field): [string, string, GraphQLType][] => [
      [`${type.name}.${field.name}`, field.name, field.type],
      ...((field as Partial<GraphQLField<unknown, unknown>>).args ?? []).map(
        (arg): [string, string, GraphQLType] => [
          `${type.name}.${field.name}(${arg.name})`,
          arg.name,
          arg.type,
        ],
      ),
    ]);
  });

  it('says so by its scalar', () => {
    const settings = /^\w+Setting\.(value|resetValue)$/;
    const wrong = places.filter(
      ([place, name, type]) =>
        !settings.test(place) &&
        FORMS.some(([form, scalar]) => {
          const is = namedOf(type).name;
          return form.test(name) ? is === 'String' : is === scalar && !form.test(name);
        }),
    );
    expect(wrong.map(([place, , type]) => `${place}: ${type}`)).toEqual([]);
    for (const [, scalar] of FORMS)
      expect(places.filter(([, , type]) => namedOf(type).name === scalar).length, scalar).toBeGreaterThan(0);
  });

  it('that is one of few is an enum', () => {
    const few = places.filter(
      ([, name, type]) =>
        /(^|[a-z])(type|kind|state|status|mode|policy|role|direction|code)$/i.test(name) &&
        namedOf(type).name === 'String',
    );
    // A code that nobody can guess, and what a row of a file says: the key of a type, or its number.
    expect(few.map(([place]) => place).toSorted()).toEqual([
      'ClaimTargetInput.code',
      'ClaimTargetsInput.code',
      'CreateClaimCodePayload.code',
      'ImportPreviewRow.targetType',
      'ReleaseTargetsPayload.code',
    ]);
  });
});

/* https://relay.dev/docs/guides/graphql-server-specification and https://relay.dev/graphql/connections.htm */
describe('what Relay asks of a server', () => {
  const shapeOf = (name: string) =>
    Object.fromEntries(
      Object.values((schema.getType(name) as GraphQLObjectType).getFields()).map((field) => [
        field.name,
        String(field.type),
      ]),
    );

  it('finds every Node by its global id', () => {
    const { node, nodes } = schema.getQueryType()!.getFields();
    expect(shapeOf('Node')).toEqual({ id: 'ID!' });
    expect([String(node!.type), node!.args.map(({ name, type }) => `${name}: ${type}`)]).toEqual([
      'Node',
      ['id: ID!'],
    ]);
    expect([String(nodes!.type), nodes!.args.map(({ name, type }) => `${name}: ${type}`)]).toEqual([
      '[Node]!',
      ['ids: [ID!]!'],
    ]);
  });

  it('pages connections by cursors', () => {
    expect(shapeOf('PageInfo')).toEqual({
      hasNextPage: 'Boolean!',
      hasPreviousPage: 'Boolean!',
      startCursor: 'String',
      endCursor: 'String',
    });
    for (const { name } of objects.filter((type) => type.name.endsWith('Connection'))) {
      const of = name.replace(/Connection$/, '');
      expect(shapeOf(name)).toMatchObject({ edges: `[${of}Edge!]!`, pageInfo: 'PageInfo!' });
      expect(shapeOf(`${of}Edge`)).toMatchObject({
        cursor: 'String!',
        node: expect.stringMatching(/^\w+!$/),
      });
    }
    for (const { field } of everyField.filter((one) => namedOf(one.field.type).name.endsWith('Connection'))) {
      const given = Object.fromEntries(field.args.map(({ name, type }) => [name, String(type)]));
      expect(given).toMatchObject({ first: 'Int', after: 'String', last: 'Int', before: 'String' });
    }
  });
});
