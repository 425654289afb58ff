import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { CONFIGURATION_KEYS } from '../../../../src/services/platform/tenants/configuration-keys.ts';
import { createUser } from '../../../services/access/by-name.ts';
import { grantsOf } from '../../../support/grants.ts';
import { newTenant } from '../../../support/platform.ts';
import { type Any, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();
const unique = (name: string) => `${name}-${Math.random().toString(36).slice(2)}`;

describe('target types', () => {
  const CREATE = `mutation ($input: CreateTargetTypesInput!) { createTargetTypes(input: $input) {
    targetTypes { id key name description color createdBy } userErrors { code path } } }`;
  const make = async (...names: string[]) =>
    (await door.as()(CREATE, { input: { targetTypes: names.map((name) => ({ name })) } })).data
      .createTargetTypes.targetTypes as Any[];

  it('are created, found, listed, changed and deleted', async () => {
    const ask = door.as();
    const [a, b] = await make('a', 'b');
    expect(a).toEqual({
      id: expect.any(String),
      key: 'a',
      name: 'a',
      description: null,
      color: null,
      createdBy: 'tester',
    });
    expect(
      (await ask('query ($id: ID!) { targetType(id: $id) { name } }', { id: a.id })).data.targetType,
    ).toEqual({ name: 'a' });

    const list = await ask(
      '{ targetTypes(first: 1, filter: "name==*", orderBy: [{ field: NAME, direction: DESC }]) { totalCount nodes { name } edges { cursor node { key } } pageInfo { hasNextPage } } }',
    );
    expect(list.data.targetTypes).toMatchObject({
      totalCount: 2,
      nodes: [{ name: 'b' }],
      edges: [{ node: { key: 'b' } }],
      pageInfo: { hasNextPage: true },
    });

    const UPDATE = `mutation ($input: UpdateTargetTypeInput!) { updateTargetType(input: $input) {
      targetType { name color } userErrors { code path } } }`;
    const changed = await ask(UPDATE, { input: { id: b.id, name: 'c', color: '#fff' } });
    expect(changed.data.updateTargetType).toEqual({
      targetType: { name: 'c', color: '#fff' },
      userErrors: [],
    });
    const cleared = await ask(UPDATE, { input: { id: b.id, color: null } });
    expect(cleared.data.updateTargetType.targetType).toEqual({ name: 'c', color: null });
    const nameless = await ask(UPDATE, { input: { id: b.id, name: null } });
    expect(nameless.data.updateTargetType.userErrors).toEqual([{ code: 'INVALID_INPUT', path: ['name'] }]);
    const taken = await ask(UPDATE, { input: { id: b.id, name: 'a' } });
    expect(taken.data.updateTargetType.userErrors).toEqual([
      { code: 'TARGET_TYPE_ALREADY_EXISTS', path: ['name'] },
    ]);

    const DELETE = `mutation ($input: DeleteTargetTypeInput!) { deleteTargetType(input: $input) {
      deletedIds userErrors { code path message } } }`;
    await ask(
      'mutation ($t: ID) { createTargets(input: { targets: [{ controllerId: "x", targetTypeId: $t }] }) { userErrors { code } } }',
      { t: a.id },
    );
    expect((await ask(DELETE, { input: { id: a.id } })).data.deleteTargetType).toMatchObject({
      deletedIds: [],
      userErrors: [{ code: 'TARGET_TYPE_IN_USE' }],
    });
    expect((await ask(DELETE, { input: { id: b.id } })).data.deleteTargetType).toEqual({
      deletedIds: [b.id],
      userErrors: [],
    });
    for (const id of [b.id, 'x', '-1', '99999999999999999999', '\u0000']) {
      expect((await ask('query ($id: ID!) { targetType(id: $id) { name } }', { id })).data).toEqual({
        targetType: null,
      });
      const code = 'TARGET_TYPE_NOT_FOUND';
      const message = expect.stringContaining(`{${id}}`);
      expect((await ask(DELETE, { input: { id } })).data.deleteTargetType.userErrors).toEqual([
        { code, path: ['id'], message },
      ]);
      expect((await ask(UPDATE, { input: { id, name: 'n' } })).data.updateTargetType.userErrors).toEqual([
        { code, path: ['id'] },
      ]);
    }
  });

  it('are refused by the row, or left out', async () => {
    const ask = door.as();
    await make('a');
    const targetTypes = [{ name: 'a' }, { name: 'b' }, {}, { name: 'x\u0000' }];
    const all = await ask(CREATE, { input: { targetTypes } });
    expect(all.data.createTargetTypes).toEqual({
      targetTypes: [],
      userErrors: [
        { code: 'TARGET_TYPE_KEY_OR_NAME_REQUIRED', path: ['targetTypes', '2', 'name'] },
        { code: 'INVALID_INPUT', path: ['targetTypes', '3', 'name'] },
        { code: 'TARGET_TYPE_ALREADY_EXISTS', path: ['targetTypes', '0', 'key'] },
      ],
    });
    const some = await ask(CREATE, {
      input: { targetTypes, errorPolicy: 'REJECT_FAILED_ROWS', dryRun: true },
    });
    expect(some.data.createTargetTypes.targetTypes).toMatchObject([{ name: 'b' }]);
    expect(some.data.createTargetTypes.userErrors).toHaveLength(3);
    expect((await ask('{ targetTypes { totalCount } }')).data.targetTypes.totalCount).toBe(1);
  });

  it('need their permissions', async () => {
    const ask = door.as([]);
    expect(codesOf(await ask('{ targetType(id: 1) { id } }'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await ask('{ targetTypes { totalCount } }'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await ask(CREATE, { input: { targetTypes: [] } }))).toEqual(['FORBIDDEN']);
    expect(codesOf(await ask('mutation { deleteTargetType(input: { id: "x" }) { deletedIds } }'))).toEqual([
      'FORBIDDEN',
    ]);
    expect(
      codesOf(await ask('mutation { updateTargetType(input: { id: "x" }) { targetType { id } } }')),
    ).toEqual(['FORBIDDEN']);
  });
});

describe('the configuration', () => {
  const SET = `mutation ($input: SetTenantConfigurationInput!) { setTenantConfiguration(input: $input) {
    tenantConfiguration { pollingTime { value { interval } origin lastModifiedBy } rolloutApprovalEnabled { value } actionCleanupDelay { value } }
    userErrors { code path message } } }`;

  it('has a typed field for every key', async () => {
    const { data } = await door.as()(
      '{ __type(name: "TenantConfiguration") { fields { name type { name ofType { name } } } } }',
    );
    const types = Object.fromEntries(
      data.__type.fields.map(({ name, type }: Any) => [name, type.name ?? type.ofType.name]),
    );
    expect(Object.keys(types)).toHaveLength(Object.keys(CONFIGURATION_KEYS).length + ['id'].length);
    expect(types).toMatchObject({
      targetTokenEnabled: 'BooleanSetting',
      gatewayToken: 'TextSetting',
      actionCleanupOnQuotaHitPercent: 'IntegerSetting',
      pollingTime: 'PollingTimeSetting',
      pollingOverdueTime: 'DurationSetting',
      actionCleanupStatuses: 'ActionStatusesSetting',
      certificateHeaderIssuers: 'TextsSetting',
    });
  });

  it('is set all or nothing, says who set it, and is reset', async () => {
    const ask = door.as();
    const before = await ask(
      '{ tenantConfiguration { pollingTime { value { interval deviationPercent overrides { filter } } resetValue { interval } origin lastModifiedAt lastModifiedBy createdAt createdBy } } }',
    );
    expect(before.data.tenantConfiguration.pollingTime).toEqual({
      value: { interval: '00:05:00', deviationPercent: 0, overrides: [] },
      origin: 'DEFAULT',
      resetValue: { interval: '00:05:00' },
      lastModifiedAt: null,
      lastModifiedBy: null,
      createdAt: null,
      createdBy: null,
    });
    const set = await ask(SET, {
      input: {
        pollingTime: { interval: '00:01:00' },
        rolloutApprovalEnabled: true,
        actionCleanupDelay: 'P90D',
      },
    });
    expect(set.data.setTenantConfiguration).toEqual({
      tenantConfiguration: {
        pollingTime: { value: { interval: '00:01:00' }, origin: 'TENANT', lastModifiedBy: 'tester' },
        rolloutApprovalEnabled: { value: true },
        actionCleanupDelay: { value: '2160:00:00' },
      },
      userErrors: [],
    });
    const refused = await ask(SET, {
      input: { rolloutApprovalEnabled: false, pollingTime: { interval: '1' }, auditRetentionDays: 0 },
    });
    expect(refused.data.setTenantConfiguration).toMatchObject({
      tenantConfiguration: null,
      userErrors: [
        { code: 'CONFIGURATION_VALUE_INVALID', path: ['pollingTime', 'interval'] },
        {
          code: 'CONFIGURATION_VALUE_INVALID',
          path: ['auditRetentionDays'],
          message: 'must be from 1 to 36500',
        },
      ],
    });
    const overrides = [{ filter: 'nonsense==1', interval: '00:02:00' }];
    const filter = await ask(SET, { input: { pollingTime: { interval: '00:01:00', overrides } } });
    expect(filter.data.setTenantConfiguration.userErrors).toMatchObject([
      { code: 'FILTER_FIELD_UNKNOWN', path: ['pollingTime', 'overrides', '0', 'filter'] },
    ]);
    for (const bad of [{ certificateHeaderIssuers: ['\u0000'] }, { certificateHeaderIssuers: null }]) {
      const { userErrors } = (await ask(SET, { input: bad })).data.setTenantConfiguration;
      expect(userErrors).toMatchObject([{ path: ['certificateHeaderIssuers'] }]);
    }
    expect(
      (await ask('{ tenantConfiguration { rolloutApprovalEnabled { value } } }')).data.tenantConfiguration,
    ).toEqual({
      rolloutApprovalEnabled: { value: true },
    });
    const reset = await ask(
      'mutation { resetTenantConfiguration(input: { keys: [POLLING_TIME, ACTION_CLEANUP_DELAY] }) { tenantConfiguration { pollingTime { value { interval } origin } actionCleanupDelay { value } rolloutApprovalEnabled { value } } userErrors { code } } }',
    );
    expect(reset.data.resetTenantConfiguration).toEqual({
      tenantConfiguration: {
        pollingTime: { value: { interval: '00:05:00' }, origin: 'DEFAULT' },
        actionCleanupDelay: { value: null },
        rolloutApprovalEnabled: { value: true },
      },
      userErrors: [],
    });
  });

  it('shows the gateway token only to who may read it', async () => {
    const ask = door.as();
    const READ = '{ tenantConfiguration { gatewayToken { value origin } } }';
    const tokenOf = async (one = ask) => (await one(READ)).data.tenantConfiguration.gatewayToken;
    expect(await tokenOf()).toEqual({ value: null, origin: 'DEFAULT' });
    const GENERATE =
      'mutation ($input: GenerateGatewayTokenInput!) { generateGatewayToken(input: $input) { token userErrors { code path } } }';
    const random = (await ask(GENERATE, { input: {} })).data.generateGatewayToken;
    expect(random).toEqual({ token: expect.stringMatching(/^[A-Za-z0-9]{32}$/), userErrors: [] });
    expect(await tokenOf()).toEqual({ value: random.token, origin: 'TENANT' });
    expect((await ask(GENERATE, { input: { token: 'mine' } })).data.generateGatewayToken.token).toBe('mine');
    for (const token of ['', 'a\u0000', '\ud800', 'x'.repeat(129)])
      expect((await ask(GENERATE, { input: { token } })).data.generateGatewayToken).toEqual({
        token: null,
        userErrors: [{ code: 'INVALID_INPUT', path: ['token'] }],
      });
    const unseen = await door.as(['READ_TENANT_CONFIGURATION'])(READ);
    expect(codesOf(unseen)).toEqual(['FORBIDDEN']);
    expect(unseen.data.tenantConfiguration).toEqual({ gatewayToken: null });
    expect(codesOf(await door.as(['UPDATE_TENANT_CONFIGURATION'])(GENERATE, { input: {} }))).toEqual([
      'FORBIDDEN',
    ]);
    expect(codesOf(await door.as([])(READ))).toEqual(['FORBIDDEN']);
    expect(codesOf(await door.as([])(SET, { input: { pollingTime: { interval: '00:01:00' } } }))).toEqual([
      'FORBIDDEN',
    ]);
  });

  it('is set by who may not read it', async () => {
    const set = await door.as(['UPDATE_TENANT_CONFIGURATION'])(SET, {
      input: { pollingTime: { interval: '00:01:00' } },
    });
    expect(set.data.setTenantConfiguration).toEqual({ tenantConfiguration: null, userErrors: [] });
    expect(codesOf(set)).toEqual(['FORBIDDEN']);
    const { data } = await door.as()('{ tenantConfiguration { pollingTime { value { interval } } } }');
    expect(data.tenantConfiguration.pollingTime.value.interval).toBe('00:01:00');
  });
});

describe('users', () => {
  const EVERYTHING = PERMISSIONS.map((permission) => ({ permission }));
  const CREATE = `mutation ($input: CreateUserInput!) { createUser(input: $input) {
    user { id username tenant grants { permission } effectiveGrants { permission } builtInRoles roles { name } createdBy } userErrors { code path message } } }`;
  const admin = () => door.as([], ['TENANT_ADMIN']);

  it('are created, listed, changed and deleted', async () => {
    const ask = admin();
    const { data } = await ask(CREATE, {
      input: { username: 'ann', password: 'a-quiet-secret', grants: grantsOf('READ_TARGET') },
    });
    expect(data.createUser).toEqual({
      user: {
        id: expect.any(String),
        username: 'ann',
        tenant: door.tenant.name,
        grants: [{ permission: 'READ_TARGET' }],
        effectiveGrants: [{ permission: 'READ_TARGET' }, { permission: 'READ_TARGET_TYPE' }],
        builtInRoles: [],
        roles: [],
        createdBy: 'tester',
      },
      userErrors: [],
    });
    await ask(CREATE, {
      input: { username: 'bob', password: 'a-quiet-secret', builtInRoles: ['TENANT_ADMIN'] },
    });
    const LIST =
      'query ($first: Int, $after: String) { users(first: $first, after: $after) { nodes { username effectiveGrants { permission } } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }';
    const first = (await ask(LIST, { first: 1 })).data.users;
    expect(first).toMatchObject({
      nodes: [{ username: 'ann' }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const second = (await ask(LIST, { after: first.pageInfo.endCursor })).data.users;
    expect(second).toMatchObject({
      nodes: [{ username: 'bob', effectiveGrants: EVERYTHING }],
      pageInfo: { hasNextPage: false },
    });
    for (const [variables, argument] of [
      [{ after: 'x' }, 'after'],
      [{ first: 501 }, 'first'],
      [{ first: -1 }, 'first'],
    ] as const)
      expect((await ask(LIST, variables)).errors[0].extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        userErrors: [{ path: [argument] }],
      });

    const { id } = data.createUser.user;
    const changed = await ask(
      'mutation ($id: ID!) { updateUser(input: { id: $id, builtInRoles: [TENANT_ADMIN], grants: [] }) { user { builtInRoles grants { permission } } userErrors { code } } }',
      { id },
    );
    expect(changed.data.updateUser.user).toEqual({ builtInRoles: ['TENANT_ADMIN'], grants: [] });
    const DELETE =
      'mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedIds deletedCount userErrors { code path } } }';
    expect((await ask(DELETE, { id })).data.deleteUser).toEqual({
      deletedIds: [id],
      deletedCount: 1,
      userErrors: [],
    });
    expect((await ask(DELETE, { id })).data.deleteUser).toEqual({
      deletedIds: [],
      deletedCount: 0,
      userErrors: [{ code: 'USER_NOT_FOUND', path: ['id'] }],
    });
  });

  it.each([
    [{ username: 'a:b' }, 'INVALID_INPUT', ['username']],
    [{ username: '\u0000' }, 'INVALID_INPUT', ['username']],
    [{ password: 'four' }, 'INVALID_INPUT', ['password']],
    [{ password: 'secret\ud800' }, 'INVALID_INPUT', ['password']],
    [{ grants: grantsOf('READ_TARGET/nope==1') }, 'FILTER_FIELD_UNKNOWN', ['grants', '0', 'filter']],
    [{ grants: grantsOf('READ_AUDIT/id==1') }, 'INVALID_INPUT', ['grants', '0', 'filter']],
    [{ roleIds: ['Role:1'] }, 'ROLE_NOT_FOUND', ['roleIds', '0']],
    [{ username: 'taken' }, 'USER_ALREADY_EXISTS', ['username']],
  ])('are refused with %j', async (bad, code, path) => {
    const ask = admin();
    await ask(CREATE, { input: { username: 'taken', password: 'a-quiet-secret' } });
    const { data } = await ask(CREATE, { input: { username: 'new', password: 'a-quiet-secret', ...bad } });
    expect(data.createUser).toMatchObject({ user: null, userErrors: [{ code, path }] });
  });

  it('cannot grant what they do not hold, and know themselves', async () => {
    const granting = await admin()(CREATE, {
      input: { username: 'x', password: 'a-quiet-secret', builtInRoles: ['SYSTEM_ADMIN'] },
    });
    expect(codesOf(granting)).toEqual(['FORBIDDEN']);
    expect(codesOf(await door.as()('{ users { nodes { username } } }'))).toEqual(['FORBIDDEN']);

    await createUser(door.tenant.contextOf([], ['TENANT_ADMIN']), {
      username: 'me',
      password: 'a-quiet-secret',
      roles: ['TENANT_ADMIN'],
    });
    const { data } = await door.as(
      [],
      ['TENANT_ADMIN'],
      'me',
    )(
      '{ viewer { user { username tenant builtInRoles roles { name } effectiveGrants { permission } grants { permission } } } }',
    );
    expect(data.viewer.user).toEqual({
      username: 'me',
      tenant: door.tenant.name,
      builtInRoles: ['TENANT_ADMIN'],
      roles: [],
      effectiveGrants: EVERYTHING,
      grants: [],
    });
  });
});

describe('tenants', () => {
  const CREATE = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
    tenant { id name createdBy } userErrors { code path } } }`;
  const input = (name: string) => ({
    input: { name, adminUsername: 'admin', adminPassword: 'a-quiet-secret' },
  });

  it('are created and listed by a SYSTEM_ADMIN', async () => {
    const ask = door.as([], ['SYSTEM_ADMIN']);
    const name = unique('T');
    const created = (await ask(CREATE, input(name))).data.createTenant;
    expect(created).toEqual({
      tenant: { id: expect.any(String), name, createdBy: 'tester' },
      userErrors: [],
    });
    const again = (await ask(CREATE, input(name.toLowerCase()))).data.createTenant;
    expect(again).toEqual({ tenant: null, userErrors: [{ code: 'TENANT_ALREADY_EXISTS', path: ['name'] }] });
    expect((await ask(CREATE, input('no blanks'))).data.createTenant.userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['name'] },
    ]);

    const names: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const { data }: Any = await ask(
        'query ($after: String) { tenants(first: 500, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      names.push(...data.tenants.nodes.map((tenant: Any) => tenant.name));
      after = data.tenants.pageInfo.endCursor;
      more = data.tenants.pageInfo.hasNextPage;
    }
    expect(names).toContain(name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are nobody else’s business', async () => {
    const ask = door.as(PERMISSIONS, ['TENANT_ADMIN']);
    expect(codesOf(await ask('{ tenants { nodes { name } } }'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await ask(CREATE, input(unique('T'))))).toEqual(['FORBIDDEN']);
  });

  it('see nothing of each other', async () => {
    const admin = door.as([], ['TENANT_ADMIN']);
    const { data } = await admin(
      'mutation { createUser(input: { username: "ann", password: "a-quiet-secret" }) { user { id } } }',
    );
    const other = door.asCaller((await newTenant(door.platform)).contextOf(PERMISSIONS, ['TENANT_ADMIN']));
    expect((await other('{ users { nodes { username } } }')).data.users.nodes).toEqual([]);
    const gone = await other(
      'mutation ($id: ID!) { deleteUser(input: { id: $id }) { userErrors { code } } }',
      {
        id: data.createUser.user.id,
      },
    );
    expect(gone.data.deleteUser.userErrors).toEqual([{ code: 'USER_NOT_FOUND' }]);
  });
});
