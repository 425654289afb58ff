import { type GraphQLInputType, isListType } from 'graphql';
import { expect, it } from 'vitest';
import { readSubscription } from '../../../../src/api/graphql/server/read-subscription.ts';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';
import { openTestDoor } from '../support.ts';
import { exampleOf, operationFor, placesIn, reachableFields } from './examples.ts';

/* Every list that a caller can give has a bound, and who is beyond it is told where. */

const door = openTestDoor();
const schema = buildSchema();

/** More than any list takes, and more than those take that are of few kinds of things or go into one object. */
const BEYOND_ALL = 10_001;

const tooMany = (type: GraphQLInputType) =>
  isListType(type) ? Array(BEYOND_ALL).fill(exampleOf(type.ofType)) : [];

/** In the arguments of each field, wherever the field is in an operation and the list in the argument. */
const places = reachableFields(schema).flatMap((field) =>
  field.way
    .at(-1)!
    .args.flatMap(({ name, type }) =>
      placesIn(type, isListType, []).map((path) => ({ ...field, argument: name, type, path })),
    ),
);

it('refuses every list that is too long at once, and names it', async () => {
  const ask = door.as(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
  const told: string[] = [];
  for (const { argument, type, path, ...field } of places) {
    const { query, variables } = operationFor(field, argument);
    const given = { ...variables, value: exampleOf(type, path, tooMany) };
    const before = door.statements;
    const { errors = [] } =
      field.root === 'Subscription'
        ? readSubscription(schema, { count: 0, lengths: [] }, '1', { query, variables: given })
        : await ask(query, given);
    const [error] = errors;
    const names = new RegExp(`"${path.at(-1) ?? '\\$value'}"`);
    if (!error || !names.test(error.message) || door.statements > before)
      told.push(`${query} (${path.join('.')}): ${error?.message}`);
  }
  expect(told).toEqual([]);
  const of = (wanted: string) => places.filter(({ root }) => root === wanted).length;
  expect(of('Mutation')).toBeGreaterThan(80);
  expect(places.filter(({ way }) => way.length > 1).length).toBeGreaterThan(10);
  expect(of('Subscription')).toBeGreaterThan(0);
}, 60_000);

it('names a list in the document, too', async () => {
  const list = Array(BEYOND_ALL).fill('1').join();
  const { errors } = await door.as()(`{ nodes(ids: [${list}]) { id } }`);
  expect(errors[0].message).toContain('more than 10000 values in "ids"');
});
