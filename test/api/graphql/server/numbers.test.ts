import { type GraphQLInputType, getNamedType } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';
import { openTestDoor } from '../support.ts';
import { type AnyField, exampleOf, operationFor, placesIn } from './examples.ts';

/*
 * Numbers of inputs are plain ones: one that is too small is a row of `userErrors` with its path, beside all else that is
 * wrong. A scalar as `PositiveInt` would end the operation instead, and tell nothing of the others.
 */

const door = openTestDoor();
const schema = buildSchema();

/** Numbers that may be below zero. */
const EXCEPTIONS = [
  // What devices and people mean by it is their own.
  'confirmActions.code',
  // hawkBit takes any, and so does REST.
  'setTenantConfiguration.maintenanceWindowPollCount',
  'setTenantConfiguration.actionCleanupOnQuotaHitPercent',
];

const isNumber = (type: GraphQLInputType) => ['Int', 'Float', 'SafeInt'].includes(getNamedType(type).name);
const mutations = Object.values(schema.getMutationType()!.getFields()) as AnyField[];
const places = mutations.flatMap((field) =>
  placesIn(field.args[0]!.type, isNumber, []).map((path) => ({ field, path })),
);

it('refuses every number of an input that cannot be below zero at its field', async () => {
  const ask = door.as(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
  const taken: string[] = [];
  for (const { field, path } of places) {
    const { query } = operationFor({ way: [field], root: 'Mutation' }, 'input');
    const value = exampleOf(field.args[0]!.type, path, () => -1);
    const { data, errors } = await ask(query.replace('__typename', 'userErrors { path }'), { value });
    const told: { path: string[] }[] = data?.[field.name]?.userErrors ?? [];
    if (!told.some((error) => error.path.at(-1) === path.at(-1)))
      taken.push(`${field.name}.${path.join('.')}${errors.length ? `: ${errors[0].message}` : ''}`);
  }
  expect(taken.sort()).toEqual(EXCEPTIONS.toSorted());
  expect(places.length).toBeGreaterThan(15);
});
