import { describe, expect, it } from 'vitest';
import {
  type Any,
  type Ask,
  codesOf,
  createTargets,
  createType,
  openTestDoor,
  targetIds,
} from '../support.ts';

const door = openTestDoor();

const CREATE = `mutation ($input: CreateTargetTagsInput!) { createTargetTags(input: $input) {
  targetTags { id name description color createdAt createdBy lastModifiedAt lastModifiedBy }
  userErrors { code path } } }`;
const bulk = (name: string) =>
  `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) {
    affectedCount userErrors { code path message } } }`;
const call = async (ask: Ask, name: string, input: object) => (await ask(bulk(name), { input })).data[name];
const done = (affectedCount: number) => ({ affectedCount, userErrors: [] });

async function createTags(ask: Ask, ...names: string[]): Promise<string[]> {
  const { data } = await ask(CREATE, { input: { targetTags: names.map((name) => ({ name })) } });
  return data.createTargetTags.targetTags.map(({ id }: Any) => id);
}

describe('target tags', () => {
  it('are created, shown, changed and deleted', async () => {
    const ask = door.as();
    const { data } = await ask(CREATE, {
      input: { targetTags: [{ name: 'x', description: 'd', color: 'red' }, { name: 'y' }] },
    });
    const [x, y] = data.createTargetTags.targetTags;
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(x).toEqual({
      id: expect.stringMatching(/^TargetTag:\d+$/),
      name: 'x',
      description: 'd',
      color: 'red',
      createdAt: at,
      createdBy: 'tester',
      lastModifiedAt: at,
      lastModifiedBy: 'tester',
    });
    const update = `mutation ($input: UpdateTargetTagInput!) { updateTargetTag(input: $input) {
      targetTag { name description color } userErrors { code path message } } }`;
    const changed = await ask(update, { input: { id: x.id, name: 'z', description: null } });
    expect(changed.data.updateTargetTag).toEqual({
      targetTag: { name: 'z', description: null, color: 'red' },
      userErrors: [],
    });
    const refused = async (input: object) =>
      (await ask(update, { input })).data.updateTargetTag.userErrors[0];
    expect(await refused({ id: x.id, name: null })).toMatchObject({ code: 'INVALID_INPUT', path: ['name'] });
    expect(await refused({ id: x.id, name: 'y' })).toMatchObject({
      code: 'TARGET_TAG_ALREADY_EXISTS',
      path: ['name'],
    });
    expect(await refused({ id: 'nonsense' })).toMatchObject({
      code: 'TARGET_TAG_NOT_FOUND',
      message: expect.stringContaining('{nonsense}'),
    });

    const remove = `mutation ($input: DeleteTargetTagInput!) { deleteTargetTag(input: $input) {
      deletedIds userErrors { code } } }`;
    const deleted = async () => (await ask(remove, { input: { id: y.id } })).data.deleteTargetTag;
    expect(await deleted()).toEqual({ deletedIds: [y.id], userErrors: [] });
    expect(await deleted()).toEqual({ deletedIds: [], userErrors: [{ code: 'TARGET_TAG_NOT_FOUND' }] });
    const read = await ask(
      'query ($x: ID!, $y: ID!) { x: targetTag(id: $x) { name } y: targetTag(id: $y) { id } }',
      {
        x: x.id,
        y: y.id,
      },
    );
    expect(read.data).toEqual({ x: { name: 'z' }, y: null });
  });

  it('are refused by row', async () => {
    const input = {
      targetTags: [{ name: 'a' }, { name: 'a' }, { name: '' }],
      errorPolicy: 'REJECT_FAILED_ROWS',
    };
    const { data } = await door.as()(CREATE, { input });
    expect(data.createTargetTags).toMatchObject({
      targetTags: [{ name: 'a' }],
      userErrors: [
        { code: 'TARGET_TAG_ALREADY_EXISTS', path: ['targetTags', '1', 'name'] },
        { code: 'INVALID_INPUT', path: ['targetTags', '2', 'name'] },
      ],
    });
  });

  it('are listed as connections', async () => {
    const ask = door.as();
    await createTags(ask, 'b', 'a', 'c');
    const list = `query ($after: String) { targetTags(first: 2, after: $after, filter: "name!=x",
      orderBy: [{ field: NAME, direction: DESC }]) { totalCount nodes { name } pageInfo { endCursor hasNextPage } } }`;
    const first = (await ask(list)).data.targetTags;
    expect(first).toMatchObject({ totalCount: 3, nodes: [{ name: 'c' }, { name: 'b' }] });
    const second = (await ask(list, { after: first.pageInfo.endCursor })).data.targetTags;
    expect(second).toMatchObject({ nodes: [{ name: 'a' }], pageInfo: { hasNextPage: false } });
  });

  it('are shown with the targets of a page by one statement', async () => {
    const ask = door.as();
    const ids = await createTargets(ask, 20);
    await createTags(ask, 'y', 'x');
    await call(ask, 'assignTargetTags', {
      tags: { names: ['x', 'y'] },
      targets: { ids: await targetIds(ask, ...ids.slice(0, 10)) },
    });
    const whole = '{ targets(first: 20) { nodes { controllerId tags { name } } } }';
    await ask(whole);
    const before = door.statements;
    const { nodes } = (await ask(whole)).data.targets;
    expect(door.statements - before).toBe(2);
    expect(nodes[0].tags).toEqual([{ name: 'x' }, { name: 'y' }]);
    expect(nodes[19].tags).toEqual([]);
    const found = await ask('{ targets(filter: "tag==X and tag==y") { totalCount } }');
    expect(found.data.targets.totalCount).toBe(10);
  });

  it('are assigned and taken away by id or name, from a list or all that match', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const [x, y] = await createTags(ask, 'x', 'y');
    const listed = { tags: { ids: [x, y] }, targets: { ids: await targetIds(ask, 'd-001', 'd-002') } };
    expect(await call(ask, 'assignTargetTags', { ...listed, dryRun: true })).toEqual(done(2));
    expect(await call(ask, 'assignTargetTags', listed)).toEqual(done(2));
    expect(
      await call(ask, 'assignTargetTags', { tags: { names: ['x'] }, targets: { filter: 'id==d*' } }),
    ).toEqual(done(1));
    expect(
      await call(ask, 'unassignTargetTags', { tags: { ids: [y] }, targets: { filter: 'tag==y' } }),
    ).toEqual(done(2));
    const { data } = await ask('{ targets { nodes { tags { id } } } }');
    expect(data.targets.nodes).toEqual([{ tags: [{ id: x }] }, { tags: [{ id: x }] }, { tags: [{ id: x }] }]);
  });

  it('say what is wrong with an assignment', async () => {
    const ask = door.as();
    await createTargets(ask, 1);
    const [x] = await createTags(ask, 'x');
    const errors = async (input: object) => (await call(ask, 'assignTargetTags', input)).userErrors;
    expect(await errors({ tags: { ids: [x, 'none'] }, targets: { filter: 'id==*' } })).toMatchObject([
      {
        code: 'TARGET_TAG_NOT_FOUND',
        path: ['tags', 'ids', '1'],
        message: expect.stringContaining('{none}'),
      },
    ]);
    expect(await errors({ tags: { ids: [x] }, targets: { filter: 'id==' } })).toMatchObject([
      { code: 'FILTER_SYNTAX', path: ['targets', 'filter'] },
    ]);
    expect(await errors({ tags: { names: [] }, targets: { filter: 'id==*' } })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['tags', 'names'] },
    ]);
    const listed = { tags: { ids: [x] }, targets: { ids: await targetIds(ask, 'd-001', 'none') } };
    const missing = { code: 'TARGET_NOT_FOUND', path: ['targets', 'ids', '1'] };
    expect(await call(ask, 'assignTargetTags', listed)).toMatchObject({
      affectedCount: 0,
      userErrors: [missing],
    });
    const partly = { ...listed, onNotFound: 'ON_WHAT_FOUND_AND_FAIL' };
    expect(await call(ask, 'assignTargetTags', partly)).toMatchObject({
      affectedCount: 1,
      userErrors: [missing],
    });
  });
});

describe('what became of the targets', () => {
  const CHANGED =
    'affectedCount job { id } targets(first: 2) { totalCount nodes { controllerId group tags { name } targetType { name } } }';
  const change = async (ask: Ask, verb: string, input: object) => {
    const type = `${verb[0]!.toUpperCase()}${verb.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${verb}(input: $input) { ${CHANGED} userErrors { code } } }`;
    return (await ask(query, { input })).data[verb];
  };

  it('is answered: those that are different now, not those that were so already', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const [tag] = await createTags(ask, 'x');
    const type = await createType(ask, 'T');
    const [first] = await targetIds(ask, 'd-001');
    const tags = { ids: [tag] };
    const one = await change(ask, 'assignTargetTags', { tags, targets: { ids: [first] } });
    expect(one).toMatchObject({
      affectedCount: 1,
      targets: { totalCount: 1, nodes: [{ controllerId: 'd-001', tags: [{ name: 'x' }] }] },
    });
    const all = { filter: 'id==*' };
    expect(await change(ask, 'assignTargetTags', { tags, targets: all })).toMatchObject({
      affectedCount: 2,
      job: null,
      targets: { totalCount: 2, nodes: [{ controllerId: 'd-002' }, { controllerId: 'd-003' }] },
    });
    // They no longer match what chose them.
    expect(
      await change(ask, 'assignTargetGroup', { group: 'g', targets: { filter: 'group=is=null' } }),
    ).toMatchObject({
      targets: { totalCount: 3, nodes: [{ group: 'g' }, { group: 'g' }] },
    });
    expect(await change(ask, 'assignTargetType', { targetTypeId: type, targets: all })).toMatchObject({
      targets: { totalCount: 3, nodes: [{ targetType: { name: 'T' } }, { targetType: { name: 'T' } }] },
    });
    expect(await change(ask, 'unassignTargetTags', { tags, targets: { ids: [first] } })).toMatchObject({
      targets: { totalCount: 1, nodes: [{ tags: [] }] },
    });
    const counted = await change(ask, 'rotateTargetTokens', { targets: all, dryRun: true });
    expect(counted).toMatchObject({ affectedCount: 3, targets: { totalCount: 0, nodes: [] } });
    expect(await change(ask, 'rotateTargetTokens', { targets: all })).toMatchObject({
      targets: { totalCount: 3 },
    });
  });
});

describe('groups and types of many targets', () => {
  it('are assigned and cleared', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const type = await createType(ask, 'T');
    expect(
      await call(ask, 'assignTargetGroup', { group: 'g/s', targets: { filter: 'id=in=(d-001,d-002)' } }),
    ).toEqual(done(2));
    expect(await call(ask, 'assignTargetGroup', { group: 'a', targets: { filter: 'id==d-003' } })).toEqual(
      done(1),
    );
    expect(
      await call(ask, 'assignTargetGroup', { group: null, targets: { ids: await targetIds(ask, 'd-001') } }),
    ).toEqual(done(1));
    expect(
      await call(ask, 'assignTargetType', { targetTypeId: type, targets: { filter: 'id==*' }, dryRun: true }),
    ).toEqual(done(3));
    expect(await call(ask, 'assignTargetType', { targetTypeId: type, targets: { filter: 'id==*' } })).toEqual(
      done(3),
    );
    expect(
      await call(ask, 'assignTargetType', { targetTypeId: null, targets: { filter: 'group=is=null' } }),
    ).toEqual(done(1));
    const { data } = await ask(
      '{ targetGroups { totalCount nodes { name targetCount filter } } targets { nodes { group targetType { name } } } }',
    );
    expect(data).toEqual({
      targetGroups: {
        totalCount: 2,
        nodes: [
          { name: 'a', targetCount: 1, filter: 'group==a' },
          { name: 'g/s', targetCount: 1, filter: 'group==g/s' },
        ],
      },
      targets: {
        nodes: [
          { group: null, targetType: null },
          { group: 'g/s', targetType: { name: 'T' } },
          { group: 'a', targetType: { name: 'T' } },
        ],
      },
    });
  });

  it('are never cleared by what is left out', async () => {
    const ask = door.as();
    await createTargets(ask, 1, { group: 'g' });
    for (const [name, field] of [
      ['assignTargetGroup', 'group'],
      ['assignTargetType', 'targetTypeId'],
    ] as const)
      expect(await call(ask, name, { targets: { filter: 'id==*' } })).toMatchObject({
        affectedCount: 0,
        userErrors: [{ code: 'INVALID_INPUT', path: [field] }],
      });
    expect((await ask('{ targetGroups { nodes { name } } }')).data.targetGroups.nodes).toEqual([
      { name: 'g' },
    ]);
    expect(
      await call(ask, 'assignTargetType', { targetTypeId: 'none', targets: { filter: 'id==*' } }),
    ).toMatchObject({
      userErrors: [{ code: 'TARGET_TYPE_NOT_FOUND', message: expect.stringContaining('{none}') }],
    });
  });
});

it.each([
  [
    'createTargetTags',
    'CREATE_TARGET',
    'mutation { createTargetTags(input: { targetTags: [] }) { userErrors { code } } }',
  ],
  [
    'updateTargetTag',
    'UPDATE_TARGET',
    'mutation { updateTargetTag(input: { id: "1" }) { userErrors { code } } }',
  ],
  [
    'deleteTargetTag',
    'DELETE_TARGET',
    'mutation { deleteTargetTag(input: { id: "1" }) { userErrors { code } } }',
  ],
  ['targetTags', 'READ_TARGET', '{ targetTags { totalCount } }'],
  ['targetTag', 'READ_TARGET', '{ targetTag(id: "1") { name } }'],
  ['targetGroups', 'READ_TARGET', '{ targetGroups { totalCount } }'],
] as const)('%s is FORBIDDEN without %s', async (_, permission, operation) => {
  const all = ['CREATE_TARGET', 'READ_TARGET', 'UPDATE_TARGET', 'DELETE_TARGET'] as const;
  expect(codesOf(await door.as(all.filter((one) => one !== permission))(operation))).toEqual(['FORBIDDEN']);
  expect(codesOf(await door.as([permission])(operation))).toEqual([]);
});
