import { type GraphQLField, isNonNullType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { onePerField } from '../../../../src/api/graphql/server/needs.ts';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';
import { domainErrorOf } from '../../../../src/services/shared/domain-error-of.ts';
import { codesOf, createTargets, openTestDoor, targetIds } from '../support.ts';

/* What a caller may not see is null and FORBIDDEN, once for a field, and the schema says so. */

const door = openTestDoor();

const ROOTS = ['Query', 'Mutation', 'Subscription'];
const fields = Object.values(buildSchema().getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__') && !ROOTS.includes(name))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
  );
const SAYS = /Needs [A-Z_]+(?: and [A-Z_]+)?, otherwise null and FORBIDDEN\.$/;

/** Who gets the object at all may see these: the queries, mutations and subscriptions to it need the same. */
const AS_THEIR_OBJECT = [
  'Action.statusHistory',
  'Action.target',
  'ApiKey.owner',
  'Import.faults',
  'Import.preview',
  'Import.warnings',
  'Tenant.quotas',
];

/** An object that has everything: any field of it is one, too, and a 1 where a number is asked for. */
const anything: object = new Proxy(() => anything, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 1 : key === 'then' ? undefined : anything),
});

async function outcomeOf({ resolve }: GraphQLField<unknown, unknown>): Promise<string> {
  const context = { ...door.tenant.contextOf([]), baseUrl: 'http://here' };
  try {
    await resolve?.(anything, {}, context, { fieldNodes: [] } as never);
    return 'seen';
  } catch (error) {
    return domainErrorOf(error)?.code ?? 'seen';
  }
}

describe('a field that needs more than its object', () => {
  it('is FORBIDDEN to who may do nothing, and its description says so', async () => {
    const found = await Promise.all(
      fields.map(async ({ name, field }) => [name, SAYS.test(field.description!), await outcomeOf(field)]),
    );
    const wrong = found.filter(([, says, outcome]) => says !== (outcome === 'FORBIDDEN'));
    expect(wrong.map(([name]) => name).sort()).toEqual(AS_THEIR_OBJECT);
    expect(found.filter(([, says]) => says).length).toBeGreaterThan(40);
  });

  it('can be null, so that nothing else is lost with it', () => {
    const needing = fields.filter(({ field }) => /\bNeeds\b/.test(field.description!));
    expect(needing.filter(({ field }) => !SAYS.test(field.description!)).map(({ name }) => name)).toEqual([]);
    expect(needing.filter(({ field }) => isNonNullType(field.type)).map(({ name }) => name)).toEqual([]);
  });

  it('is refused once, however many objects have it and however often it is asked', async () => {
    const [first] = await createTargets(door.as(), 3);
    const few = door.as(['READ_TARGET', 'UPDATE_TARGET']);
    const ask = () =>
      few('{ targets { nodes { name securityToken assignedDistributionSet { id } tags { id } } } }');
    // Often enough to be compiled.
    for (let time = 0; time < 4; time++) {
      const { data, errors } = await ask();
      expect(errors.map(({ path, extensions }) => [path.at(-1), extensions.code]).sort()).toEqual([
        ['assignedDistributionSet', 'FORBIDDEN'],
        ['securityToken', 'FORBIDDEN'],
      ]);
      expect(data.targets.nodes).toHaveLength(3);
      expect(data.targets.nodes[2]).toMatchObject({
        securityToken: null,
        assignedDistributionSet: null,
        tags: [],
      });
    }
    const [id] = await targetIds(door.as(), first!);
    const blind = await door.as(['UPDATE_TARGET'])(
      'mutation ($id: ID!) { updateTarget(input: { id: $id, name: "n" }) { target { name tags { id } actions { totalCount } } userErrors { code } } }',
      { id },
    );
    expect(codesOf(blind)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(blind.data.updateTarget).toEqual({
      target: { name: 'n', tags: null, actions: null },
      userErrors: [],
    });
    expect(door.logged).toEqual([]);
  });

  it('leaves other errors, and refusals of other fields, as they are', () => {
    const error = (code: string, message: string, ...path: (string | number)[]) => ({
      message,
      path,
      extensions: { code },
    });
    const all = [
      error('FORBIDDEN', 'READ_TARGET', 'nodes', 0, 'a'),
      error('FORBIDDEN', 'READ_TARGET', 'nodes', 0, 'b'),
      error('FORBIDDEN', 'READ_ROLLOUT', 'nodes', 1, 'a'),
      error('BAD_USER_INPUT', 'x', 'nodes', 0, 'a'),
      error('BAD_USER_INPUT', 'x', 'nodes', 1, 'a'),
    ];
    expect(onePerField([...all, error('FORBIDDEN', 'READ_TARGET', 'nodes', 1, 'a')])).toEqual(all);
  });
});
