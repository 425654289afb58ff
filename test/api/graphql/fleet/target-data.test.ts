import { describe, expect, it } from 'vitest';
import { newTenant } from '../../../support/platform.ts';
import { type Any, codesOf, createTargets, openTestDoor, targetIds } from '../support.ts';

const door = openTestDoor();
const READ =
  '{ targets { nodes { controllerId metadata { key value } autoConfirm { active initiator remark activatedAt } } } }';
const ANSWER = '{ affectedCount userErrors { code path } }';
const SET = `mutation ($input: SetTargetMetadataInput!) { setTargetMetadata(input: $input) ${ANSWER} }`;
const DELETE = `mutation ($input: DeleteTargetMetadataInput!) { deleteTargetMetadata(input: $input) ${ANSWER} }`;
const CONFIRM = `mutation ($input: SetAutoConfirmInput!) { setAutoConfirm(input: $input) ${ANSWER} }`;
const INACTIVE = { active: false, initiator: null, remark: null, activatedAt: null };
const entries = [
  { key: 'site', value: 'Bern' },
  { key: 'owner', value: 'ann' },
];

describe('metadata', () => {
  it('is set and taken away, for a list or a filter, or only counted', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const stored = async () =>
      (await ask(READ)).data.targets.nodes.map(({ metadata }: Any) =>
        metadata.map(({ key, value }: Any) => `${key}=${value}`).join(' '),
      );
    const count = async (query: string, input: object) => {
      const [answer] = Object.values<Any>((await ask(query, { input })).data);
      expect(answer.userErrors).toEqual([]);
      return answer.affectedCount;
    };
    expect(await count(SET, { targets: { filter: 'id==d*' }, entries, dryRun: true })).toBe(3);
    expect(await stored()).toEqual(['', '', '']);
    expect(await count(SET, { targets: { ids: await targetIds(ask, 'd-001', 'd-003') }, entries })).toBe(2);
    expect(
      await count(SET, {
        targets: { filter: 'metadata.site==bern' },
        entries: [{ key: 'site', value: 'Genf' }],
      }),
    ).toBe(2);
    expect(await stored()).toEqual(['owner=ann site=Genf', '', 'owner=ann site=Genf']);
    expect(await count(DELETE, { targets: { filter: 'id==*' }, keys: ['owner'], dryRun: true })).toBe(2);
    expect(
      await count(DELETE, { targets: { ids: await targetIds(ask, 'd-001', 'd-002') }, keys: ['owner'] }),
    ).toBe(1);
    expect(await stored()).toEqual(['site=Genf', '', 'owner=ann site=Genf']);
  });

  it.each([
    [{ targets: { ids: ['x'] } }, 'TARGET_NOT_FOUND', ['targets', 'ids', '0']],
    [{ targets: { filter: 'name=' } }, 'FILTER_SYNTAX', ['targets', 'filter']],
    [{ targets: { filter: 'nofield==x' } }, 'FILTER_FIELD_UNKNOWN', ['targets', 'filter']],
    [{ targets: { filter: 'id==*' }, entries: [], keys: [] }, 'INVALID_INPUT', ['entries']],
    [
      { targets: { filter: 'id==*' }, entries: [entries[0], entries[0]], keys: [] },
      'INVALID_INPUT',
      ['entries', '1', 'key'],
    ],
    [
      {
        targets: { filter: 'id==*' },
        keys: [],
        entries: Array.from({ length: 101 }, (_, i) => ({ key: `${i}`, value: '' })),
      },
      'QUOTA_EXCEEDED',
      ['entries'],
    ],
  ])('is refused with %j', async (bad: Any, code, path) => {
    const ask = door.as();
    await createTargets(ask, 1);
    const { keys, ...input } = { entries, ...bad };
    const refused = { affectedCount: 0, userErrors: [{ code, path }] };
    expect((await ask(SET, { input })).data.setTargetMetadata).toEqual(refused);
    const { entries: _, ...other } = { keys: ['k'], ...bad };
    const expected = keys
      ? { affectedCount: 0, userErrors: [{ code: 'INVALID_INPUT', path: ['keys'] }] }
      : refused;
    expect((await ask(DELETE, { input: other })).data.deleteTargetMetadata).toEqual(expected);
  });
});

describe('auto-confirmation', () => {
  it('is set for a list or a filter, or only counted', async () => {
    const ask = door.as();
    await createTargets(ask, 2);
    const states = async () =>
      (await ask(READ)).data.targets.nodes.map(({ autoConfirm }: Any) => autoConfirm);
    const set = async (input: object) => (await ask(CONFIRM, { input })).data.setAutoConfirm;
    expect(await states()).toEqual([INACTIVE, INACTIVE]);
    expect(await set({ targets: { filter: 'id==*' }, active: true, dryRun: true })).toEqual({
      affectedCount: 2,
      userErrors: [],
    });
    expect(
      await set({
        targets: { ids: await targetIds(ask, 'd-002') },
        active: true,
        initiator: 'ann',
        remark: 'r',
      }),
    ).toEqual({
      affectedCount: 1,
      userErrors: [],
    });
    const active = { active: true, initiator: 'ann', remark: 'r', activatedAt: expect.any(String) };
    expect(await states()).toEqual([INACTIVE, active]);
    expect(await set({ targets: { filter: 'autoconfirm==true' }, active: false })).toEqual({
      affectedCount: 1,
      userErrors: [],
    });
    expect(await states()).toEqual([INACTIVE, INACTIVE]);
    expect(await set({ targets: { filter: 'id==*' }, active: true, initiator: 'i'.repeat(65) })).toEqual({
      affectedCount: 0,
      userErrors: [{ code: 'INVALID_INPUT', path: ['initiator'] }],
    });
  });
});

describe('target filters', () => {
  const CREATE = `mutation ($input: CreateTargetFilterInput!) { createTargetFilter(input: $input) {
    targetFilter { id name filter createdBy } userErrors { code path message } } }`;
  const UPDATE = `mutation ($input: UpdateTargetFilterInput!) { updateTargetFilter(input: $input) {
    targetFilter { name filter } userErrors { code path } } }`;
  const REMOVE = `mutation ($input: DeleteTargetFilterInput!) { deleteTargetFilter(input: $input) {
    deletedIds userErrors { code path message } } }`;
  const make = async (name: string, filter = 'id==x') =>
    (await door.as()(CREATE, { input: { name, filter } })).data.createTargetFilter;

  it('are created, found, listed, changed and deleted', async () => {
    const ask = door.as();
    const { targetFilter } = await make('a', 'id==d*');
    const { id } = targetFilter;
    expect(targetFilter).toEqual({
      id: expect.any(String),
      name: 'a',
      filter: 'id==d*',
      createdBy: 'tester',
    });
    await make('b');
    const one = await ask('query ($id: ID!) { targetFilter(id: $id) { name } }', { id });
    expect(one.data.targetFilter).toEqual({ name: 'a' });
    const list = await ask(
      '{ targetFilters(first: 1, filter: "name==*", orderBy: [{ field: NAME, direction: DESC }]) { totalCount nodes { name } edges { cursor node { filter } } pageInfo { hasNextPage } } }',
    );
    expect(list.data.targetFilters).toMatchObject({
      totalCount: 2,
      nodes: [{ name: 'b' }],
      edges: [{ node: { filter: 'id==x' } }],
      pageInfo: { hasNextPage: true },
    });
    const changed = await ask(UPDATE, { input: { id, filter: 'id==y' } });
    expect(changed.data.updateTargetFilter).toEqual({
      targetFilter: { name: 'a', filter: 'id==y' },
      userErrors: [],
    });
    for (const field of ['name', 'filter'])
      expect((await ask(UPDATE, { input: { id, [field]: null } })).data.updateTargetFilter).toEqual({
        targetFilter: null,
        userErrors: [{ code: 'INVALID_INPUT', path: [field] }],
      });
    const taken = await ask(UPDATE, { input: { id, name: 'b' } });
    expect(taken.data.updateTargetFilter).toEqual({
      targetFilter: null,
      userErrors: [{ code: 'TARGET_FILTER_ALREADY_EXISTS', path: ['name'] }],
    });
    expect((await ask(REMOVE, { input: { id } })).data.deleteTargetFilter).toEqual({
      deletedIds: [id],
      userErrors: [],
    });
    for (const unknown of [id, 'x', '-1', '99999999999999999999', '\u0000']) {
      const none = await ask('query ($id: ID!) { targetFilter(id: $id) { name } }', { id: unknown });
      expect(none).toMatchObject({ data: { targetFilter: null }, errors: [] });
      const code = 'TARGET_FILTER_NOT_FOUND';
      const message = expect.stringContaining(`{${unknown}}`);
      expect((await ask(REMOVE, { input: { id: unknown } })).data.deleteTargetFilter).toEqual({
        deletedIds: [],
        userErrors: [{ code, path: ['id'], message }],
      });
      expect((await ask(UPDATE, { input: { id: unknown } })).data.updateTargetFilter.userErrors).toEqual([
        { code, path: ['id'] },
      ]);
    }
  });

  it.each([
    ['name=', 'FILTER_SYNTAX', 'position 4'],
    ['nofield==x', 'FILTER_FIELD_UNKNOWN', 'position 0'],
    ['', 'INVALID_INPUT', ''],
  ])('are refused with the query %j', async (query, code, message) => {
    const { targetFilter, userErrors } = await make('n', query);
    expect(targetFilter).toBeNull();
    expect(userErrors).toEqual([{ code, path: ['filter'], message: expect.stringContaining(message) }]);
  });

  it('are their tenant’s own', async () => {
    const { targetFilter } = await make('n');
    const other = door.asCaller((await newTenant(door.platform)).contextOf());
    const answer = await other(
      'query ($id: ID!) { targetFilter(id: $id) { name } targetFilters { totalCount } }',
      {
        id: targetFilter.id,
      },
    );
    expect(answer.data).toEqual({ targetFilter: null, targetFilters: { totalCount: 0 } });
  });
});

it('needs the permissions of targets', async () => {
  await createTargets(door.as(), 1);
  const ask = door.as(['READ_TARGET']);
  const input = { targets: { filter: 'id==*' } };
  for (const answer of [
    await ask(SET, { input: { ...input, entries } }),
    await ask(DELETE, { input: { ...input, keys: ['k'] } }),
    await ask(CONFIRM, { input: { ...input, active: true } }),
    await ask(
      'mutation { createTargetFilter(input: { name: "n", filter: "id==x" }) { userErrors { code } } }',
    ),
    await ask('mutation { updateTargetFilter(input: { id: 1, name: "n" }) { userErrors { code } } }'),
    await ask('mutation { deleteTargetFilter(input: { id: 1 }) { userErrors { code } } }'),
    await door.as(['UPDATE_TARGET'])('{ targetFilters { totalCount } }'),
    await door.as(['UPDATE_TARGET'])('{ targetFilter(id: 1) { name } }'),
  ])
    expect(codesOf(answer)).toEqual(['FORBIDDEN']);
  expect(door.logged).toEqual([]);
});
