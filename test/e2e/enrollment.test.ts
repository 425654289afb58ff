import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, createServedTenant, graphql, startTestServer } from '../support/server.ts';

let server: Awaited<ReturnType<typeof startTestServer>>;
let anybody: Client;
beforeAll(async () => {
  server = await startTestServer();
  anybody = clientOf(server);
});
afterAll(async () => {
  expect(server.errors).toEqual([]);
  await server.stop();
});

const CREATE = `mutation ($input: CreateEnrollmentGroupInput!) { createEnrollmentGroup(input: $input) {
  token enrollmentGroup { id name registrationLimit registrationCount appliesTo tokens { prefix } } userErrors { code path } } }`;

async function openTenant(input: Record<string, unknown> = {}) {
  const { name, admin } = await createServedTenant(server);
  const { createEnrollmentGroup } = await graphql(admin, CREATE, { input: { name: 'factory', ...input } });
  const { token, enrollmentGroup: group } = createEnrollmentGroup;
  const headers = { authorization: `GatewayToken ${token}` };
  const me = (id: string) => `/${name}/controller/v1/${id}`;
  return {
    name,
    admin,
    token,
    group,
    headers,
    me,
    poll: (id: string) => anybody(me(id), { headers }),
    mutate: async (mutation: string, input: Record<string, unknown>) => {
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
      const answer =
        { approveTargets: 'affectedCount', rejectTargets: 'affectedCount' }[mutation] ?? '__typename';
      const data = await graphql(
        admin,
        `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${answer} userErrors { code message path } } }`,
        { input },
      );
      return data[mutation];
    },
  };
}

describe('an enrollment group', () => {
  it('lets devices register by a token that is shown once', async () => {
    const { admin, token, group, poll } = await openTenant({ registrationLimit: 1 });
    expect(group).toEqual({
      id: expect.any(String),
      name: 'factory',
      registrationLimit: 1,
      registrationCount: 0,
      appliesTo: 'REGISTERED',
      tokens: [{ prefix: token.slice(0, 18) }],
    });
    expect((await poll('a')).json).toHaveProperty('_links.configData');
    const { status, json } = await poll('b');
    expect(status).toBe(429);
    expect(json).toMatchObject({ errorCode: 'hawkbit.server.error.quota.tooManyEntries' });

    const answer = await graphql(
      admin,
      `{ enrollmentGroups(orderBy: { field: NAME, direction: DESC }) { totalCount nodes {
           name isDefault registrationCount targetCount targetType { id } tags { name } attributes { key }
           certificateAuthority { id } tokens { id } } }
         target: targetByControllerId(controllerId: "a") { enrollmentGroup { name } } }`,
    );
    expect(answer.target).toEqual({ enrollmentGroup: { name: 'factory' } });
    expect(answer.enrollmentGroups).toMatchObject({
      totalCount: 2,
      nodes: [
        { name: 'factory', isDefault: false, registrationCount: 1, targetCount: 1, tags: [], attributes: [] },
        { name: 'default', isDefault: true, registrationCount: null, targetCount: 0, tokens: [] },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain(token);
  });

  it('is changed, rotated and deleted', async () => {
    const { admin, group, poll, mutate, headers, me } = await openTenant({
      expiresAt: '2999-01-01T00:00:00Z',
    });
    const { updateEnrollmentGroup } = await graphql(
      admin,
      `mutation ($input: UpdateEnrollmentGroupInput!) { updateEnrollmentGroup(input: $input) {
         enrollmentGroup { name expiresAt allowedControllerIds attributes { key value } } userErrors { code } } }`,
      {
        input: {
          id: group.id,
          expiresAt: null,
          allowedControllerIds: ['s-*'],
          attributes: [{ key: 'site', value: 'Ulm' }],
        },
      },
    );
    expect(updateEnrollmentGroup).toEqual({
      enrollmentGroup: {
        name: 'factory',
        expiresAt: null,
        allowedControllerIds: ['s-*'],
        attributes: [{ key: 'site', value: 'Ulm' }],
      },
      userErrors: [],
    });
    expect((await poll('x')).status).toBe(401);
    expect((await poll('s-1')).status).toBe(200);

    const { rotateEnrollmentToken } = await graphql(
      admin,
      `mutation ($input: RotateEnrollmentTokenInput!) { rotateEnrollmentToken(input: $input) {
         token enrollmentGroup { tokens { id expiresAt } } userErrors { code } } }`,
      { input: { groupId: group.id, overlap: '00:01:00' } },
    );
    const [old] = rotateEnrollmentToken.enrollmentGroup.tokens;
    expect(old.expiresAt).not.toBeNull();
    expect((await poll('s-1')).status).toBe(200);
    expect((await mutate('deleteEnrollmentToken', { id: old.id })).userErrors).toEqual([]);
    expect((await poll('s-1')).status).toBe(401);
    headers.authorization = `GatewayToken ${rotateEnrollmentToken.token}`;
    expect((await poll('s-1')).status).toBe(200);

    expect((await mutate('deleteEnrollmentGroup', { id: group.id })).userErrors).toEqual([]);
    expect((await anybody(me('s-1'), { headers })).status).toBe(401);
    expect((await admin('/rest/v1/targets/s-1')).status).toBe(200);
  });

  it('is refused in the words of the input', async () => {
    const { group, mutate } = await openTenant();
    const { userErrors } = await mutate('updateEnrollmentGroup', {
      id: group.id,
      tagIds: ['TargetTag:7', 'x'],
    });
    expect(userErrors).toEqual([
      {
        code: 'TARGET_TAG_NOT_FOUND',
        message: 'TargetTag with given identifier {TargetTag:7} does not exist.',
        path: ['tagIds', '0'],
      },
    ]);
    expect((await mutate('rotateEnrollmentToken', { groupId: 'none' })).userErrors).toMatchObject([
      { code: 'ENROLLMENT_GROUP_NOT_FOUND', path: ['groupId'] },
    ]);
    expect((await mutate('createEnrollmentGroup', { name: 'factory' })).userErrors).toMatchObject([
      { code: 'ENROLLMENT_GROUP_ALREADY_EXISTS', path: ['name'] },
    ]);
  });
});

describe('a device held for an approval', () => {
  it('is told its polling interval and nothing else, until it is approved', async () => {
    const { name, admin, headers, me, poll, mutate } = await openTenant({ requiresApproval: true });
    for (let n = 0; n < 2; n++) {
      const { status, json, headers: answered } = await poll('a');
      expect(status).toBe(200);
      expect(json).toEqual({ config: { polling: { sleep: '00:05:00' } } });
      const etag = answered.get('etag')!;
      expect((await anybody(me('a'), { headers: { ...headers, 'if-none-match': etag } })).status).toBe(304);
    }
    const refused = await anybody(`${me('a')}/configData`, {
      method: 'PUT',
      headers,
      json: { data: { hw: '1' } },
    });
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject({ errorCode: 'hawkbit.server.error.approvalPending' });
    expect((await admin('/rest/v1/targets')).json.total).toBe(0);

    const { pendingTargets } = await graphql(
      admin,
      '{ pendingTargets { totalCount nodes { id controllerId state address enrollmentGroup { name } } } }',
    );
    expect(pendingTargets).toEqual({
      totalCount: 1,
      nodes: [
        {
          id: expect.any(String),
          controllerId: 'a',
          state: 'PENDING',
          address: expect.stringMatching(/^http:/),
          enrollmentGroup: { name: 'factory' },
        },
      ],
    });
    expect(await mutate('approveTargets', { pendingTargets: { ids: [pendingTargets.nodes[0].id] } })).toEqual(
      {
        affectedCount: 1,
        userErrors: [],
      },
    );
    expect((await poll('a')).json._links.configData.href).toBe(
      `${server.url}/${name}/controller/v1/a/configData`,
    );
  });

  it('is refused once it is rejected', async () => {
    const { admin, poll, mutate } = await openTenant({ requiresApproval: true });
    await poll('a');
    expect(
      await mutate('rejectTargets', { pendingTargets: { filter: 'enrollmentGroup==factory' } }),
    ).toMatchObject({
      affectedCount: 1,
    });
    expect((await poll('a')).status).toBe(401);
    expect(await mutate('approveTargets', { pendingTargets: { ids: ['b'] } })).toMatchObject({
      affectedCount: 0,
      userErrors: [{ code: 'PENDING_TARGET_NOT_FOUND', path: ['pendingTargets', 'ids', '0'] }],
    });
    const count = async (args: string) =>
      (await graphql(admin, `{ pendingTargets${args} { totalCount } }`)).pendingTargets.totalCount;
    expect([await count(''), await count('(state: REJECTED)'), await count('(state: null)')]).toEqual([
      0, 1, 1,
    ]);
  });
});

describe('the gateway token of hawkBit', () => {
  it('is set, read and removed by the configuration, as ever', async () => {
    const { name, admin } = await createServedTenant(server);
    const key = '/rest/v1/system/configs/authentication.gatewaytoken.key';
    const poll = async (token: string) =>
      (await anybody(`/${name}/controller/v1/a`, { headers: { authorization: `GatewayToken ${token}` } }))
        .status;
    await admin('/rest/v1/system/configs/authentication.gatewaytoken.enabled', {
      method: 'PUT',
      json: { value: true },
    });
    expect((await admin(key, { method: 'PUT', json: { value: 'a-quiet-secret' } })).status).toBe(204);
    expect((await admin(key)).json).toMatchObject({ value: 'a-quiet-secret', global: false });
    expect(await poll('a-quiet-secret')).toBe(200);
    expect((await admin(key, { method: 'DELETE' })).status).toBe(204);
    expect(await poll('a-quiet-secret')).toBe(401);
    expect(await poll('')).toBe(401);
  });
});
