import { beforeEach, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { createUser } from '../../../services/access/by-name.ts';
import { grantsOf } from '../../../support/grants.ts';
import { type Ask, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();
const password = 'a-quiet-secret';
let ask: Ask;
let bossId: string;

beforeEach(async () => {
  const admin = door.tenant.contextOf(PERMISSIONS, ['TENANT_ADMIN'], 'boss');
  const { id } = await createUser(admin, { username: 'boss', password, roles: ['TENANT_ADMIN'] });
  bossId = `User:${id}`;
  ask = door.asCaller(admin);
});

const CREATE_ROLE = `mutation ($input: CreateRoleInput!) { done: createRole(input: $input) {
  role { id grants { permission filter } } userErrors { code message path position length suggestion } } }`;
const CREATE_USER = `mutation ($input: CreateUserInput!) { done: createUser(input: $input) {
  user { id } userErrors { code message path position length suggestion } } }`;
const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) { done: createApiKey(input: $input) {
  apiKey { id owner { id username } grants { permission filter } roles { name } } userErrors { code message path position length suggestion } } }`;

describe('grants', () => {
  it('come back with their filters as printed, each once', async () => {
    const grants = grantsOf('READ_TARGET/group == eu', 'READ_TARGET/group==eu', 'CREATE_TARGET');
    const { data } = await ask(CREATE_ROLE, { input: { name: 'fitter', grants } });
    expect(data.done).toMatchObject({
      role: { grants: grantsOf('CREATE_TARGET', 'READ_TARGET/group==eu') },
      userErrors: [],
    });
  });

  const wrong = grantsOf('READ_TARGET', 'UPDATE_TARGET/id==1 and nmae==x');
  const fault = {
    code: 'FILTER_FIELD_UNKNOWN',
    message: expect.stringContaining('nmae'),
    position: 10,
    length: 4,
    suggestion: 'name',
  };
  it.each([
    ['a role', CREATE_ROLE, { name: 'fitter', grants: wrong }, ['grants', '1', 'filter']],
    ['a user', CREATE_USER, { username: 'ann', password, grants: wrong }, ['grants', '1', 'filter']],
    ['an API key', CREATE_KEY, { name: 'ci', grants: wrong }, ['grants', '1', 'filter']],
    [
      'the scope of an API key',
      CREATE_KEY,
      { name: 'ci', grants: grantsOf('READ_TARGET'), scope: 'id==1 and nmae==x' },
      ['scope'],
    ],
  ])('of %s are refused where their filter is wrong', async (_, mutation, input, path) => {
    expect((await ask(mutation, { input })).data.done.userErrors).toEqual([{ ...fault, path }]);
  });

  it('are refused with a filter where the permission takes none', async () => {
    const grants = grantsOf('READ_AUDIT/id==1', 'READ_TARGET/id=');
    const { data } = await ask(CREATE_ROLE, { input: { name: 'fitter', grants } });
    expect(data.done.userErrors).toMatchObject([
      { code: 'INVALID_INPUT', message: 'READ_AUDIT takes no filter', path: ['grants', '0', 'filter'] },
      { code: 'FILTER_SYNTAX', path: ['grants', '1', 'filter'], position: 2 },
    ]);
  });

  it('are known to GraphQL: a misspelt permission is no value of the enum', async () => {
    const misspelt = await ask(CREATE_ROLE, { input: { name: 'x', grants: grantsOf('READ_TRAGET') } });
    expect(codesOf(misspelt)).toEqual(['BAD_USER_INPUT']);
    const inPlace = await ask(
      'mutation { createRole(input: { name: "x", grants: { permission: READ_TRAGET } }) { role { id } } }',
    );
    expect(codesOf(inPlace)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    const { data } = await ask('{ __type(name: "Permission") { enumValues { name description } } }');
    expect(data.__type.enumValues.map(({ name }: { name: string }) => name)).toEqual(PERMISSIONS);
    for (const { description } of data.__type.enumValues)
      expect(description).toMatch(/^To [a-z]+[ ,][^.]*[a-z]\.$/);
  });
});

describe('roles and owners', () => {
  it('are given by id, and shown as what they are', async () => {
    const role = (await ask(CREATE_ROLE, { input: { name: 'fitter', grants: grantsOf('READ_TARGET') } })).data
      .done.role;
    const { data } = await ask(CREATE_KEY, { input: { name: 'ci', ownerId: bossId, roleIds: [role.id] } });
    expect(data.done).toMatchObject({
      apiKey: { owner: { id: bossId, username: 'boss' }, roles: [{ name: 'fitter' }], grants: [] },
      userErrors: [],
    });
  });

  it.each([
    [{ roleIds: ['Role:4611686'] }, 'ROLE_NOT_FOUND', ['roleIds', '0']],
    [{ roleIds: ['User:1'] }, 'ROLE_NOT_FOUND', ['roleIds', '0']],
    [{ ownerId: 'User:4611686', grants: grantsOf('READ_TARGET') }, 'USER_NOT_FOUND', ['ownerId']],
    [{ ownerId: 'boss', grants: grantsOf('READ_TARGET') }, 'USER_NOT_FOUND', ['ownerId']],
  ])('that are not there are named as they were sent: %j', async (input, code, path) => {
    const { data } = await ask(CREATE_KEY, { input: { name: 'ci', ...input } });
    const sent = 'roleIds' in input ? input.roleIds[0] : input.ownerId;
    expect(data.done.userErrors).toMatchObject([
      { code, path, message: expect.stringContaining(`{${sent}}`) },
    ]);
  });

  it('of the tenant and built-in ones change apart from each other', async () => {
    const role = (await ask(CREATE_ROLE, { input: { name: 'fitter', grants: [] } })).data.done.role;
    const made = await ask(CREATE_USER, {
      input: { username: 'ann', password, builtInRoles: ['TENANT_ADMIN'], roleIds: [role.id] },
    });
    const id = made.data.done.user.id;
    const update = async (input: object) => {
      const { data } = await ask(
        'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { builtInRoles roles { id } } userErrors { path } } }',
        { input: { id, ...input } },
      );
      return data.updateUser;
    };
    expect((await update({ builtInRoles: [] })).user).toEqual({ builtInRoles: [], roles: [{ id: role.id }] });
    expect((await update({ builtInRoles: ['TENANT_ADMIN'], roleIds: [] })).user).toEqual({
      builtInRoles: ['TENANT_ADMIN'],
      roles: [],
    });
    expect((await update({ roleIds: [role.id] })).user).toEqual({
      builtInRoles: ['TENANT_ADMIN'],
      roles: [{ id: role.id }],
    });
    for (const field of ['grants', 'builtInRoles', 'roleIds'])
      expect((await update({ [field]: null })).userErrors).toEqual([{ path: [field] }]);
  });

  it('are seen by who has them, without TENANT_ADMIN', async () => {
    const [mine, other] = await Promise.all(
      ['mine', 'other'].map(
        async (name) => (await ask(CREATE_ROLE, { input: { name, grants: [] } })).data.done.role.id,
      ),
    );
    await ask(CREATE_USER, { input: { username: 'ann', password, roleIds: [mine] } });
    const ann = door.as([], [], 'ann');
    const { data } = await ann(
      'query ($mine: ID!, $other: ID!) { viewer { user { roles { id } } } mine: node(id: $mine) { id } other: node(id: $other) { id } }',
      { mine, other },
    );
    expect(data).toEqual({ viewer: { user: { roles: [{ id: mine }] } }, mine: { id: mine }, other: null });
  });
});

it('an API key that is deleted is gone', async () => {
  const { id } = (await ask(CREATE_KEY, { input: { name: 'ci', grants: grantsOf('READ_TARGET') } })).data.done
    .apiKey;
  const DELETE =
    'mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedIds deletedCount userErrors { code path } } }';
  expect((await ask(DELETE, { id })).data.deleteApiKey).toEqual({
    deletedIds: [id],
    deletedCount: 1,
    userErrors: [],
  });
  expect((await ask('query ($id: ID!) { apiKey(id: $id) { name } }', { id })).data).toEqual({ apiKey: null });
  expect((await ask(DELETE, { id })).data.deleteApiKey.userErrors).toEqual([
    { code: 'API_KEY_NOT_FOUND', path: ['id'] },
  ]);
});
