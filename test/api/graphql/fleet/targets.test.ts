import { describe, expect, it } from 'vitest';
import { type Any, codesOf, createTargets, createType, openTestDoor, targetIds } from '../support.ts';

const door = openTestDoor();

const CREATE = `mutation ($input: CreateTargetsInput!) { createTargets(input: $input) {
  targets { controllerId name securityToken updateStatus }
  userErrors { code message path } } }`;
const UPDATE = `mutation ($input: UpdateTargetInput!) { updateTarget(input: $input) {
  target { controllerId name description address group requestAttributes targetType { name } attributes { key } }
  userErrors { code path } } }`;
const DELETE = `mutation ($input: DeleteTargetsInput!) { deleteTargets(input: $input) {
  deletedIds deletedCount userErrors { code path message } } }`;
const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $offset: Int, $filter: String, $orderBy: [TargetOrder!]) {
  targets(first: $first, after: $after, last: $last, before: $before, offset: $offset, filter: $filter, orderBy: $orderBy) {
    totalCount nodes { controllerId } edges { cursor node { controllerId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const idsOf = ({ nodes }: Any) => nodes.map(({ controllerId }: Any) => controllerId);

describe('creating targets', () => {
  it('creates them in the order of the input and shows them whole', async () => {
    const type = await createType(door.as(), 'sensor');
    const ask = door.as();
    const { data, errors } = await ask(
      `mutation ($input: CreateTargetsInput!) { createTargets(input: $input) { targets {
        controllerId name description address group updateStatus securityToken requestAttributes attributes { key value }
        targetType { id key name color createdBy } createdAt createdBy lastModifiedAt lastModifiedBy
        lastControllerRequestAt nextExpectedRequestAt overdue installedAt } userErrors { code } } }`,
      {
        input: {
          targets: [
            {
              controllerId: 'b',
              name: 'B',
              description: 'about',
              address: 'http://10.0.0.1',
              securityToken: 'a-quiet-secret',
              requestAttributes: false,
              targetTypeId: type,
              group: 'west',
            },
            { controllerId: 'a' },
          ],
        },
      },
    );
    expect(errors).toEqual([]);
    const [b, a] = data.createTargets.targets;
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(b).toEqual({
      controllerId: 'b',
      name: 'B',
      description: 'about',
      address: 'http://10.0.0.1',
      group: 'west',
      updateStatus: 'REGISTERED',
      securityToken: 'a-quiet-secret',
      requestAttributes: false,
      attributes: [],
      targetType: { id: type, key: 'sensor', name: 'sensor', color: null, createdBy: 'tester' },
      createdAt: at,
      createdBy: 'tester',
      lastModifiedAt: at,
      lastModifiedBy: 'tester',
      lastControllerRequestAt: null,
      nextExpectedRequestAt: null,
      overdue: false,
      installedAt: null,
    });
    expect(a).toMatchObject({ name: 'a', requestAttributes: true, targetType: null });
    expect(
      (await ask('{ target: targetByControllerId(controllerId: "b") { securityToken group } }')).data.target,
    ).toEqual({
      securityToken: 'a-quiet-secret',
      group: 'west',
    });
  });

  it('says which row is wrong, and creates none', async () => {
    const ask = door.as();
    await createTargets(ask, 1);
    const rows = [
      { controllerId: 'good' },
      { controllerId: 'with space' },
      { controllerId: 'good' },
      { controllerId: 'x\u0000' },
      { controllerId: 'y', name: '\ud800' },
      { controllerId: 'z', description: 'x'.repeat(513) },
    ];
    const { data } = await ask(CREATE, { input: { targets: rows } });
    expect(data.createTargets.targets).toEqual([]);
    expect(data.createTargets.userErrors.map(({ code, path }: Any) => [code, path])).toEqual([
      ['INVALID_INPUT', ['targets', '1', 'controllerId']],
      ['TARGET_ALREADY_EXISTS', ['targets', '2', 'controllerId']],
      ['INVALID_INPUT', ['targets', '3', 'controllerId']],
      ['INVALID_INPUT', ['targets', '4', 'name']],
      ['INVALID_INPUT', ['targets', '5', 'description']],
    ]);
    expect((await ask(LIST)).data.targets.totalCount).toBe(1);
  });

  it('leaves out the failed rows where asked to, stored and unknown ones among them', async () => {
    const ask = door.as();
    await createTargets(ask, 1);
    const { data } = await ask(CREATE, {
      input: {
        errorPolicy: 'REJECT_FAILED_ROWS',
        targets: [
          { controllerId: 'd-001' },
          { controllerId: 'new' },
          { controllerId: 'typed', targetTypeId: 'no-number' },
          { controllerId: 'typed', targetTypeId: '99999999999999999999' },
        ],
      },
    });
    expect(data.createTargets.targets.map(({ controllerId }: Any) => controllerId)).toEqual(['new']);
    expect(data.createTargets.userErrors).toMatchObject([
      { code: 'TARGET_ALREADY_EXISTS', path: ['targets', '0', 'controllerId'] },
      {
        code: 'TARGET_TYPE_NOT_FOUND',
        path: ['targets', '2', 'targetTypeId'],
        message: expect.stringContaining('{no-number}'),
      },
      { code: 'TARGET_ALREADY_EXISTS', path: ['targets', '3', 'controllerId'] },
    ]);
    expect(idsOf((await ask(LIST)).data.targets)).toEqual(['d-001', 'new']);
  });

  it('creates nothing in a dry run', async () => {
    const ask = door.as();
    const { data } = await ask(CREATE, { input: { dryRun: true, targets: [{ controllerId: 'a' }] } });
    expect(data.createTargets).toMatchObject({ targets: [{ controllerId: 'a' }], userErrors: [] });
    expect(
      (await ask('{ target: targetByControllerId(controllerId: "a") { name } }')).data.target,
    ).toBeNull();
  });

  it('is FORBIDDEN without CREATE_TARGET, and shows no token without READ_TARGET_SECURITY_TOKEN', async () => {
    const input = { targets: [{ controllerId: 'a' }] };
    const refused = await door.as(['READ_TARGET'])(CREATE, { input });
    expect(codesOf(refused)).toEqual(['FORBIDDEN']);
    expect(refused).toMatchObject({ status: 200, data: null });
    const { data } = await door.as(['CREATE_TARGET', 'READ_TARGET'])(CREATE, { input });
    expect(data.createTargets.targets).toMatchObject([{ controllerId: 'a', securityToken: null }]);
  });
});

describe('changing targets', () => {
  it('keeps what is missing, and clears by null', async () => {
    const ask = door.as();
    const type = await createType(door.as(), 'sensor');
    const full = { name: 'N', description: 'D', address: 'http://a', group: 'G' };
    await createTargets(ask, 1, { ...full, targetTypeId: type });
    const [id] = await targetIds(ask, 'd-001');
    const kept = await ask(UPDATE, { input: { id } });
    expect(kept.data.updateTarget.target).toMatchObject({ ...full, targetType: { name: 'sensor' } });
    const changed = await ask(UPDATE, {
      input: { id, description: 'E', targetTypeId: type },
    });
    expect(changed.data.updateTarget.target).toMatchObject({
      ...full,
      description: 'E',
      targetType: { name: 'sensor' },
    });
    const nothing = { description: null, address: null, group: null, targetTypeId: null };
    const cleared = await ask(UPDATE, { input: { id, ...nothing } });
    expect(cleared.data.updateTarget.target).toMatchObject({
      name: 'N',
      description: null,
      address: null,
      group: null,
      targetType: null,
    });
  });

  it.each([
    [{ id: 'nobody' }, 'TARGET_NOT_FOUND', ['id']],
    [{ id: 'TargetTag:1' }, 'TARGET_NOT_FOUND', ['id']],
    [{ id: 'nul\u0000' }, 'TARGET_NOT_FOUND', ['id']],
    [{ targetTypeId: '7.5' }, 'TARGET_TYPE_NOT_FOUND', ['targetTypeId']],
    [{ targetTypeId: '-1' }, 'TARGET_TYPE_NOT_FOUND', ['targetTypeId']],
    [{ group: 'nul\u0000' }, 'INVALID_INPUT', ['group']],
    [{ securityToken: '\ud800' }, 'INVALID_INPUT', ['securityToken']],
    [{ name: null }, 'INVALID_INPUT', ['name']],
    [{ securityToken: null }, 'INVALID_INPUT', ['securityToken']],
    [{ requestAttributes: null }, 'INVALID_INPUT', ['requestAttributes']],
    [{ requestAttributes: false }, 'INVALID_INPUT', ['requestAttributes']],
  ])('refuses %j', async (input, code, path) => {
    const ask = door.as();
    await createTargets(ask, 1);
    const [id] = await targetIds(ask, 'd-001');
    const { data } = await ask(UPDATE, { input: { id, ...input } });
    expect(data.updateTarget).toEqual({ target: null, userErrors: [{ code, path }] });
    expect(door.logged).toEqual([]);
  });

  it('sets attributes, one mutation after the other, and shows what each left', async () => {
    const ask = door.as();
    await createTargets(ask, 1);
    const [id] = await targetIds(ask, 'd-001');
    const { data } = await ask(`mutation {
      a: setTargetAttributes(input: { targets: { ids: ["${id}"] }, attributes: [{ key: "b", value: "1" }, { key: "a", value: "2" }] }) { targets { nodes { attributes { key value } } } }
      b: setTargetAttributes(input: { targets: { ids: ["${id}"] }, mode: REPLACE, attributes: [{ key: "c", value: "3" }, { key: "d", value: "4" }] }) { targets { nodes { attributes { key value } } } }
      c: setTargetAttributes(input: { targets: { ids: ["${id}"] }, mode: REMOVE, attributes: [{ key: "c" }] }) { targets { nodes { attributes { key value } } } }
    }`);
    const entries = (part: Any) =>
      part.targets.nodes[0].attributes.map(({ key, value }: Any) => `${key}=${value}`);
    expect([entries(data.a), entries(data.b), entries(data.c)]).toEqual([
      ['a=2', 'b=1'],
      ['c=3', 'd=4'],
      ['d=4'],
    ]);
  });

  it('refuses bad attributes, and does its work for those who may not read', async () => {
    await createTargets(door.as(), 1);
    const SET = `mutation ($input: SetTargetAttributesInput!) { setTargetAttributes(input: $input) {
      targets { nodes { controllerId } } userErrors { code path } } }`;
    const [id] = await targetIds(door.as(), 'd-001');
    const set = (key: string) => ({ input: { targets: { ids: [id] }, attributes: [{ key, value: 'v' }] } });
    const { data } = await door.as()(SET, set('ä'));
    expect(data.setTargetAttributes).toEqual({
      targets: { nodes: [] },
      userErrors: [{ code: 'INVALID_ATTRIBUTES', path: ['attributes', 'ä'] }],
    });
    const blind = await door.as(['UPDATE_TARGET'])(
      SET.replace('targets { nodes { controllerId } }', 'affectedCount'),
      set('k'),
    );
    expect(blind.data.setTargetAttributes).toEqual({ affectedCount: 1, userErrors: [] });
    const seen = await door.as()(
      '{ target: targetByControllerId(controllerId: "d-001") { attributes { key } } }',
    );
    expect(seen.data.target.attributes).toEqual([{ key: 'k' }]);
  });

  it('rotates a token', async () => {
    const ask = door.as();
    await createTargets(ask, 1, { securityToken: 'old' });
    const ROTATE = `mutation ($input: RotateTargetTokenInput!) { rotateTargetToken(input: $input) {
      target { securityToken } userErrors { code path } } }`;
    const [id] = await targetIds(ask, 'd-001');
    const random = await ask(ROTATE, { input: { id } });
    expect(random.data.rotateTargetToken.target.securityToken).toMatch(/^[0-9a-f]{32}$/);
    const given = await ask(ROTATE, { input: { id, securityToken: 'new' } });
    expect(given.data.rotateTargetToken).toEqual({ target: { securityToken: 'new' }, userErrors: [] });
    const bad = await ask(ROTATE, { input: { id: '\u0000' } });
    expect(bad.data.rotateTargetToken.userErrors).toMatchObject([{ code: 'TARGET_NOT_FOUND' }]);
    expect(codesOf(await door.as(['READ_TARGET'])(ROTATE, { input: { id } }))).toEqual(['FORBIDDEN']);
  });
});

describe('deleting targets', () => {
  it('deletes those named, all or none', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const missing = await ask(DELETE, {
      input: { targets: { ids: await targetIds(ask, 'd-001', 'nobody') } },
    });
    expect(missing.data.deleteTargets).toMatchObject({
      deletedCount: 0,
      userErrors: [{ code: 'TARGET_NOT_FOUND', path: ['targets', 'ids', '1'] }],
    });
    const targets = { ids: await targetIds(ask, 'd-001', 'd-002') };
    const dry = await ask(DELETE, { input: { targets, dryRun: true } });
    expect(dry.data.deleteTargets).toMatchObject({ deletedIds: [], deletedCount: 2 });
    const done = await ask(DELETE, { input: { targets } });
    expect(done.data.deleteTargets).toEqual({ deletedIds: targets.ids, deletedCount: 2, userErrors: [] });
    expect(idsOf((await ask(LIST)).data.targets)).toEqual(['d-003']);
  });

  it('deletes those that match a filter', async () => {
    const ask = door.as();
    await createTargets(ask, 3);
    const dry = await ask(DELETE, { input: { targets: { filter: 'name=in=(d-001,d-003)' }, dryRun: true } });
    expect(dry.data.deleteTargets.deletedCount).toBe(2);
    const ids = await targetIds(ask, 'd-001', 'd-003');
    const done = await ask(DELETE, { input: { targets: { filter: 'name=in=(d-001,d-003)' } } });
    expect(done.data.deleteTargets).toMatchObject({ deletedIds: ids, deletedCount: 2 });
    expect(idsOf((await ask(LIST)).data.targets)).toEqual(['d-002']);
  });

  it.each([
    [{ filter: 'name=' }, 'FILTER_SYNTAX', ['targets', 'filter']],
    [{ filter: 'nam==x' }, 'FILTER_FIELD_UNKNOWN', ['targets', 'filter']],
    [{ ids: ['\u0000'] }, 'TARGET_NOT_FOUND', ['targets', 'ids', '0']],
  ])('refuses %j', async (targets, code, path) => {
    const { data } = await door.as()(DELETE, { input: { targets } });
    expect(data.deleteTargets).toMatchObject({ deletedCount: 0, userErrors: [{ code, path }] });
  });

  it.each([
    ['both', { filter: 'name==a', ids: ['Target:1'] }],
    ['neither', {}],
    ['null', { filter: null }],
    ['one beside null', { filter: 'name==a', ids: null }],
  ])('takes either ids or a filter, not %s, in variables and in the document', async (_, targets) => {
    const before = door.statements;
    const byVariable = await door.as()(DELETE, { input: { targets } });
    const inDocument = await door.as()(
      `mutation { deleteTargets(input: { targets: ${JSON.stringify(targets).replace(/"(\w+)":/g, '$1:')} }) { deletedCount } }`,
    );
    for (const answer of [byVariable, inDocument]) {
      expect([answer.status, answer.data]).toEqual([400, undefined]);
      expect(answer.errors[0].message).toMatch(/TargetSelection|targets\.filter/);
    }
    expect(door.statements - before).toBe(0);
  });
});
