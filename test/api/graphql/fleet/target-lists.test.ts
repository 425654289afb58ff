import { describe, expect, it } from 'vitest';
import { newTenant } from '../../../support/platform.ts';
import { type Any, codesOf, createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();

const CREATE = `mutation ($input: CreateTargetsInput!) { createTargets(input: $input) {
  targets { controllerId name securityToken updateStatus }
  userErrors { code message path } } }`;
const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $offset: Int, $filter: String, $orderBy: [TargetOrder!]) {
  targets(first: $first, after: $after, last: $last, before: $before, offset: $offset, filter: $filter, orderBy: $orderBy) {
    totalCount nodes { controllerId } edges { cursor node { controllerId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const idsOf = ({ nodes }: Any) => nodes.map(({ controllerId }: Any) => controllerId);

describe('listing targets', () => {
  it('goes forwards and backwards by cursor, and rows inserted meanwhile shift nothing', async () => {
    const ask = door.as();
    await createTargets(ask, 5);
    const page = async (variables: object) => (await ask(LIST, variables)).data.targets;
    const first = await page({ first: 2 });
    expect(idsOf(first)).toEqual(['d-001', 'd-002']);
    expect(first.edges.map(({ node }: Any) => node)).toEqual(first.nodes);
    expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    expect(first.pageInfo.endCursor).toBe(first.edges[1].cursor);

    await ask(CREATE, { input: { targets: [{ controllerId: 'd-000' }, { controllerId: 'd-0015' }] } });
    const second = await page({ first: 2, after: first.pageInfo.endCursor });
    expect(idsOf(second)).toEqual(['d-003', 'd-004']);
    expect(second.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const last = await page({ first: 2, after: second.pageInfo.endCursor });
    expect(idsOf(last)).toEqual(['d-005']);
    expect(last.pageInfo.hasNextPage).toBe(false);

    const back = await page({ last: 2, before: second.pageInfo.startCursor });
    expect(idsOf(back)).toEqual(['d-0015', 'd-002']);
    expect(idsOf(await page({ last: 2 }))).toEqual(['d-004', 'd-005']);
    expect(idsOf(await page({ first: 2, offset: 3 }))).toEqual(['d-002', 'd-003']);
  });

  it('orders and filters', async () => {
    const ask = door.as();
    await ask(CREATE, {
      input: {
        targets: [
          { controllerId: 'a', name: 'one', group: 'g' },
          { controllerId: 'b', name: 'two' },
          { controllerId: 'c', name: 'one' },
        ],
      },
    });
    const orderBy = [
      { field: 'NAME', direction: 'DESC' },
      { field: 'CONTROLLER_ID', direction: 'DESC' },
    ];
    expect(idsOf((await ask(LIST, { orderBy })).data.targets)).toEqual(['b', 'c', 'a']);
    const filtered = (await ask(LIST, { orderBy, filter: 'name==one', first: 1 })).data.targets;
    expect(idsOf(filtered)).toEqual(['c']);
    expect(filtered.totalCount).toBe(2);
    const groups = [{ field: 'GROUP', direction: 'ASC' }];
    expect(idsOf((await ask(LIST, { orderBy: groups })).data.targets)).toEqual(['a', 'b', 'c']);
  });

  it('refuses a cursor of another order or filter', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const after = (await ask(LIST, { first: 1 })).data.targets.pageInfo.endCursor;
    const orderBy = [{ field: 'NAME', direction: 'ASC' }];
    for (const other of [{ orderBy }, { filter: 'name==d*' }]) {
      const answer = await ask(LIST, { after, ...other });
      expect(answer.data).toBeNull();
      expect(answer.errors[0].extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        userErrors: [{ code: 'INVALID_INPUT', path: ['after'] }],
      });
    }
  });

  it.each([
    [{ first: 501 }, { path: ['first'], position: null }],
    [{ first: -1 }, { path: ['first'], position: null }],
    [
      { first: 1, last: 1 },
      { path: ['last'], position: null },
    ],
    [{ offset: -1 }, { path: ['offset'], position: null }],
    [
      { offset: 1, last: 1 },
      { path: ['offset'], position: null },
    ],
    [{ after: 'nonsense' }, { path: ['after'], position: null }],
    [{ before: Buffer.from('["x","\\u0000"]').toString('base64url') }, { path: ['before'], position: null }],
    [{ filter: 'name==' }, { path: ['filter'], position: 6 }],
    [{ filter: 'nonsense==x' }, { path: ['filter'], position: 0 }],
    [{ filter: 'createdat==never' }, { path: ['filter'], position: 11 }],
    [{ filter: 'name==\u0000' }, { path: ['filter'], position: 6 }],
    [{ filter: 'name==\ud800' }, { path: ['filter'], position: 6 }],
  ])('refuses %j', async (variables, fault) => {
    const answer = await door.as()(LIST, variables);
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', userErrors: [fault] });
    expect(answer.data).toBeNull();
    expect(door.logged).toEqual([]);
  });

  it.each([1e16, -1e14, 8.6e15])('refuses a cursor with the time %d', async (time) => {
    const ask = door.as();
    await createTargets(ask, 1);
    const orderBy = [{ field: 'CREATED_AT', direction: 'ASC' }];
    const cursor = (await ask(LIST, { orderBy })).data.targets.pageInfo.endCursor;
    const [mark, , id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const after = Buffer.from(JSON.stringify([mark, time, id])).toString('base64url');
    const answer = await ask(LIST, { orderBy, after });
    expect(codesOf(answer)).not.toContain('INTERNAL_SERVER_ERROR');
  });

  it('counts and reads only when asked to', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const statementsOf = async (query: string) => {
      await ask(query);
      const before = door.statements;
      expect((await ask(query)).errors).toEqual([]);
      return door.statements - before;
    };
    // The total is remembered.
    expect(await statementsOf('{ targets { totalCount } }')).toBe(0);
    expect(await statementsOf('{ targets { nodes { name } } }')).toBe(1);
    expect(await statementsOf('{ targets { totalCount nodes { name } } }')).toBe(1);
    expect(await statementsOf('{ targets { nodes { targetType { id name } } } }')).toBe(1);
    expect(await statementsOf('{ targets { __typename } }')).toBe(0);
  });

  it('shows nothing of another tenant, and nothing without READ_TARGET', async () => {
    await createTargets(door.as(), 1);
    const other = door.asCaller((await newTenant(door.platform)).contextOf());
    const answer = await other(
      '{ target: targetByControllerId(controllerId: "d-001") { name } targets { totalCount nodes { name } } }',
    );
    expect(answer.data).toEqual({ target: null, targets: { totalCount: 0, nodes: [] } });
    const refused = await door.as(['CREATE_TARGET'])(
      '{ targets { totalCount } target: targetByControllerId(controllerId: "d-001") { name } }',
    );
    expect(new Set(codesOf(refused))).toEqual(new Set(['FORBIDDEN']));
    const strange = await door.as()(
      'query ($a: String!, $b: String!) { a: targetByControllerId(controllerId: $a) { name } b: targetByControllerId(controllerId: $b) { name } }',
      { a: '\u0000', b: '\ud800' },
    );
    expect(strange).toMatchObject({ data: { a: null, b: null }, errors: [] });
  });

  it('sums up the fleet', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const { data } = await ask(
      '{ fleetSummary { total registered inSync pending error unknown overdue neverSeen registeredLastDay } }',
    );
    expect(data.fleetSummary).toEqual({
      total: 3,
      registered: 3,
      inSync: 0,
      pending: 0,
      error: 0,
      unknown: 0,
      overdue: 0,
      neverSeen: 3,
      registeredLastDay: 3,
    });
    expect(codesOf(await door.as([])('{ fleetSummary { total } }'))).toEqual(['FORBIDDEN']);
  });
});
