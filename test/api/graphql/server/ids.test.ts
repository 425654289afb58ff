import { type GraphQLType, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readGlobalId } from '../../../../src/api/graphql/server/ids.ts';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';
import { createType, openTestDoor } from '../support.ts';

const door = openTestDoor();
const schema = buildSchema();
const types = Object.values(schema.getTypeMap());
const isId = (type: GraphQLType) => getNamedType(type).name === 'ID';

describe('the schema', () => {
  it('has a Node in everything that has an id of its own', () => {
    const nodes = schema.getPossibleTypes(schema.getType('Node') as never);
    expect(nodes.length).toBeGreaterThan(25);
    for (const type of types.filter(isObjectType))
      expect([type.name, 'id' in type.getFields()]).toEqual([type.name, nodes.includes(type)]);
  });

  it('shows ids as ID everywhere, in answers and in inputs', () => {
    expect(types.filter(({ name }) => /(?<!^)Id$/.test(name))).toEqual([]);
    const fields = types.flatMap((type) =>
      isObjectType(type) || isInputObjectType(type)
        ? Object.values(type.getFields()).flatMap((field) => [field, ...('args' in field ? field.args : [])])
        : [],
    );
    for (const { name, type } of fields)
      if (/(^id|Ids?)$/.test(name) && !/(controllerIds?|^requestId)$/i.test(name))
        expect([name, isId(type)]).toEqual([name, true]);
  });
});

describe('a global id', () => {
  it('has one spelling', () => {
    expect(readGlobalId('Target:42')).toEqual({ type: 'Target', key: 42 });
    for (const text of [
      '42',
      'Target',
      'Target:',
      'Target:0',
      'Target:042',
      'Target:+42',
      'Target:-1',
      'target:1',
      'Target:1 ',
      ' Target:1',
      'Target:1.0',
      'Target:1e3',
      'Target:9007199254740993',
      'Target:99999999999999999999',
      'Target:1:2',
      '',
    ])
      expect([text, readGlobalId(text)]).toEqual([text, undefined]);
  });

  it('is refused like an unknown one where it is of another type or malformed', async () => {
    const ask = door.as();
    const type = await createType(ask, 'x');
    const update = `mutation ($id: ID!) { updateTargetType(input: { id: $id, name: "y" }) {
      targetType { id } userErrors { code message path } } }`;
    const lookup = 'query ($id: ID!) { targetType(id: $id) { id } }';
    const number = type.split(':')[1];
    for (const id of [number, `TargetTag:${number}`, 'TargetType:9007199254740991', 'x', '']) {
      expect((await ask(update, { id })).data.updateTargetType).toEqual({
        targetType: null,
        userErrors: [
          {
            code: 'TARGET_TYPE_NOT_FOUND',
            message: `TargetType with given identifier {${id}} does not exist.`,
            path: ['id'],
          },
        ],
      });
      expect((await ask(lookup, { id })).data).toEqual({ targetType: null });
    }
    expect((await ask(lookup, { id: type })).data).toEqual({ targetType: { id: type } });
    expect(type).toBe(`TargetType:${number}`);
  });

  it('is read the same in a document and in variables, compiled or not', async () => {
    const ask = door.as();
    const type = await createType(ask, 'x');
    for (let time = 0; time < 5; time++) {
      const { data } = await ask(
        `query ($id: ID!) { a: targetType(id: $id) { id number } b: targetType(id: "${type}") { id __typename } list: targetTypes { nodes { id } } }`,
        { id: type },
      );
      expect(data).toEqual({
        a: { id: type, number: Number(type.split(':')[1]) },
        b: { id: type, __typename: 'TargetType' },
        list: { nodes: [{ id: type }] },
      });
    }
  });
});
