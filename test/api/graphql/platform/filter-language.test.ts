import { expect, it } from 'vitest';
import { codesOf, createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();

it('says the fields, what can come at a place, and where a filter is wrong', async () => {
  const ask = door.as();
  await createTargets(ask, 2, { group: 'eu/Bern' });
  const { data, errors } = await ask(`{
    filterFields(of: TARGET) { name aliases type hasKey hasMany operators values example description }
    filterSuggestions(of: TARGET, text: "group==E and x", position: 8) { kind text description position length }
    right: validateFilter(of: TARGET, filter: "overdue==true") { valid faults { message } }
    wrong: validateFilter(of: TARGET, filter: "nam==x and overdue==x") {
      valid faults { message position length expected suggestion } } }`);
  expect(errors).toEqual([]);
  expect(data.filterFields.find(({ name }: { name: string }) => name === 'updateStatus')).toEqual({
    name: 'updateStatus',
    aliases: [],
    type: 'ENUM',
    hasKey: false,
    hasMany: false,
    operators: ['==', '!=', '=in=', '=out=', '=is=null', '=not=null'],
    values: ['unknown', 'registered', 'pending', 'in_sync', 'error'],
    example: 'updateStatus=in=(unknown,registered)',
    description: 'How far it is with its updates.',
  });
  expect(data.filterSuggestions).toEqual([
    { kind: 'VALUE', text: 'eu/Bern', description: null, position: 7, length: 1 },
  ]);
  expect(data.right).toEqual({ valid: true, faults: [] });
  expect(data.wrong).toEqual({
    valid: false,
    faults: [
      {
        message: "At position 0: there is no field 'nam', the nearest is 'name'.",
        position: 0,
        length: 3,
        expected: 'a field',
        suggestion: 'name',
      },
      expect.objectContaining({ position: 20, length: 1, expected: "true or false for 'overdue'" }),
    ],
  });
});

it('tells all that is wrong with a filter, in lists and in inputs', async () => {
  const ask = door.as(undefined, ['TENANT_ADMIN']);
  const filter = 'nam==x and (overdue==maybe or createdAt>today)';
  const faults = (path: string[]) => [
    { path, position: 0, length: 3, suggestion: 'name' },
    { path, position: 21, length: 5 },
    { path, position: 40, length: 5, expected: 'a time' },
  ];
  const { errors } = await ask('query ($filter: String) { targets(filter: $filter) { totalCount } }', {
    filter,
  });
  expect(errors[0]?.extensions['userErrors']).toMatchObject(faults(['filter']));
  const told = 'userErrors { code path position length expected suggestion message }';
  const { data } = await ask(
    `mutation ($filter: String!, $grants: [GrantInput!]!) {
      createTargetFilter(input: { name: "wrong", filter: $filter }) { ${told} }
      createRole(input: { name: "wrong", grants: $grants }) { ${told} }
    }`,
    { filter, grants: [{ permission: 'READ_TARGET', filter }] },
  );
  expect(data.createTargetFilter.userErrors).toMatchObject(faults(['filter']));
  expect(data.createRole.userErrors).toMatchObject(faults(['grants', '0', 'filter']));
  for (const { message } of data.createRole.userErrors) expect(message).toMatch(/^At position/);
});

it('orders and filters targets by being overdue', async () => {
  const ask = door.as();
  await createTargets(ask, 2);
  const { data } = await ask(`{ targets(filter: "overdue==false", orderBy: [
    { field: OVERDUE, direction: DESC }, { field: NEXT_EXPECTED_REQUEST_AT, direction: ASC }]) { totalCount } }`);
  expect(data.targets.totalCount).toBe(2);
});

it('needs the permission to list what is filtered', async () => {
  const ask = door.as(['READ_TARGET']);
  for (const query of [
    '{ filterFields(of: AUDIT_EVENT) { name } }',
    '{ filterSuggestions(of: AUDIT_EVENT, text: "") { text } }',
    '{ validateFilter(of: AUDIT_EVENT, filter: "id==1") { valid } }',
  ])
    expect(codesOf(await ask(query))).toEqual(['FORBIDDEN']);
});
