import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRole } from '../../../../src/services/access/roles/create.ts';
import { createTenant } from '../../../../src/services/platform/tenants/create.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createApiKey, createUser } from '../../../services/access/by-name.ts';
import { newTenant } from '../../../support/platform.ts';
import { type Any, type Ask, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();
const password = 'a-quiet-secret';
/** Part of the names of this run's tenants, which all tests see. */
const mark = `t${Math.random().toString(36).slice(2, 10)}`;

let admin: Context;
let ask: Ask;

beforeAll(async () => {
  const system = (await newTenant(door.platform)).contextOf([], ['SYSTEM_ADMIN']);
  for (const end of ['b', 'A', 'c'])
    await createTenant(system, {
      name: `${mark}-${end}`,
      adminUsername: 'boss',
      adminPassword: password,
    });
});

beforeEach(async () => {
  admin = door.tenant.contextOf(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN'], 'a-boss');
  ask = door.asCaller(admin);
  await createUser(admin, { username: 'a-boss', password, roles: ['TENANT_ADMIN'] });
  await createRole(admin, { name: 'b', permissions: ['READ_TARGET/group==eu'] });
  await createRole(admin, { name: 'a', permissions: [], description: 'for visitors' });
  await createRole(admin, { name: 'c', permissions: ['READ_TARGET', 'READ_AUDIT'] });
  await createUser(admin, { username: 'c', password, roles: ['b'], permissions: ['READ_AUDIT'] });
  await createUser(admin, { username: 'b', password });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await createApiKey(admin, { name: 'c', permissions: ['READ_TARGET'], owner: 'b' });
  await createApiKey(admin, { name: 'a', permissions: ['READ_AUDIT'], owner: 'c', expiresAt });
  await createApiKey(admin, { name: 'b', roles: ['b'], owner: 'c' });
});

/** The lists: three things each, by name; filters with the names of those that they find. */
const LISTS: Record<string, { name: string; names: string[]; only?: string; filters: [string, string[]][] }> =
  {
    users: {
      name: 'username',
      names: ['a-boss', 'b', 'c'],
      filters: [
        ['username==A*', ['a-boss']],
        ['role==TENANT_ADMIN', ['a-boss']],
        ['role!=b', ['a-boss', 'b']],
        ['permission==READ_AUDIT', ['c']],
        ['createdBy==a-boss and createdAt=gt=2020-01-01', ['a-boss', 'b', 'c']],
      ],
    },
    roles: {
      name: 'name',
      names: ['a', 'b', 'c'],
      filters: [
        ['name=in=(a,b)', ['a', 'b']],
        ['description==*visitors', ['a']],
        ['permission==READ_TARGET', ['b', 'c']],
      ],
    },
    apiKeys: {
      name: 'name',
      names: ['a', 'b', 'c'],
      filters: [
        ['owner==c', ['a', 'b']],
        ['expiresAt=is=null', ['b', 'c']],
        ['lastUsedAt=is=null and permission==READ_TARGET', ['c']],
        ['role==b', ['b']],
      ],
    },
    tenants: {
      name: 'name',
      names: [`${mark}-A`, `${mark}-b`, `${mark}-c`],
      only: `name==${mark}*`,
      filters: [
        [`name==${mark}-a`, [`${mark}-A`]],
        [`name==${mark}* and createdAt=lt=2020-01-01`, []],
      ],
    },
  };
const PAGE = '($first: Int, $after: String, $last: Int, $before: String, $offset: Int, $filter: String)';
const ARGUMENTS =
  'first: $first, after: $after, last: $last, before: $before, offset: $offset, filter: $filter';

describe.each(Object.entries(LISTS))('%s', (field, { name, names, only, filters }) => {
  const query = (order = '') =>
    `query ${PAGE} { list: ${field}(${ARGUMENTS}${order}) { totalCount nodes { name: ${name} }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const read = async (variables: object, order?: string) => {
    const { data, errors } = await ask(query(order), { filter: only, ...variables });
    expect(errors).toEqual([]);
    return data.list as Any;
  };
  const seen = (list: Any) => list.nodes.map((node: Any) => node.name);

  it('page both ways and by offset, by name, and say how many there are', async () => {
    const first = await read({ first: 2 });
    expect([seen(first), first.totalCount]).toEqual([names.slice(0, 2), 3]);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await read({ after: first.pageInfo.endCursor });
    expect([seen(rest), rest.pageInfo.hasNextPage]).toEqual([names.slice(2), false]);
    const back = await read({ last: 1, before: rest.pageInfo.startCursor });
    expect([seen(back), back.pageInfo.hasPreviousPage]).toEqual([[names[1]], true]);
    expect(seen(await read({ last: 2 }))).toEqual(names.slice(1));
    expect(seen(await read({ offset: 1, first: 1 }))).toEqual([names[1]]);
  });

  it('are ordered as asked, ties by id', async () => {
    const field = name === 'username' ? 'USERNAME' : 'NAME';
    const order = `, orderBy: [{ field: ${field}, direction: DESC }]`;
    expect(seen(await read({}, order))).toEqual([...names].reverse());
    const page = await read({ first: 1 }, `, orderBy: [{ field: CREATED_BY, direction: ASC }]`);
    expect(page.pageInfo.hasNextPage).toBe(true);
    expect((await ask(query(), { filter: only, after: page.pageInfo.endCursor })).errors).toHaveLength(1);
  });

  it.each(filters)('are filtered by %s', async (filter, expected) => {
    const list = await read({ filter });
    expect([seen(list), list.totalCount]).toEqual([expected, expected.length]);
  });

  it('refuse what is no filter with its place', async () => {
    const refused = await ask(query(), { filter: 'nonsense==1' });
    expect(refused.errors[0].extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      userErrors: [{ code: 'FILTER_FIELD_UNKNOWN', path: ['filter'], position: 0, length: 8 }],
    });
  });
});

it('users, roles and tenants are for administrators; API keys also for their owner', async () => {
  const owner = door.as(undefined, [], 'c');
  for (const field of ['users', 'roles', 'tenants'])
    expect(codesOf(await owner(`{ ${field}(filter: "name==x") { totalCount } }`))).toEqual(['FORBIDDEN']);
  expect((await owner('{ apiKeys { totalCount nodes { name } } }')).data.apiKeys).toEqual({
    totalCount: 2,
    nodes: [{ name: 'a' }, { name: 'b' }],
  });
  expect((await owner('{ apiKeys(filter: "owner==b") { totalCount } }')).data.apiKeys.totalCount).toBe(0);
  expect(codesOf(await owner('{ filterFields(of: USER) { name } }'))).toEqual(['FORBIDDEN']);
  expect((await owner('{ filterFields(of: API_KEY) { name } }')).errors).toEqual([]);
});
