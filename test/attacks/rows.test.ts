import { describe, expect, it } from 'vitest';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* Calls of many rows: as many as are taken at once are no burden to others, and more are refused at every door. */

const MOST = 10_000;
const server = await startAttacked();
const boss = server.tenant.authorization;

let made = 0;
/** So many new names. */
const names = (count: number) => Array.from({ length: count }, () => `row-${made++}`);

describe('as many as are taken', () => {
  it('creates targets by REST', async () => {
    const answer = await expectNoStall(server, (send) =>
      send('/rest/v1/targets', { as: boss, json: names(MOST).map((controllerId) => ({ controllerId })) }),
    );
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).toHaveLength(MOST);
  });

  it('creates targets by GraphQL', async () => {
    const query = `mutation ($input: CreateTargetsInput!) {
      createTargets(input: $input) { targets { controllerId } userErrors { message } }
    }`;
    const answer = await expectNoStall(server, (send) => {
      const targets = names(MOST).map((controllerId) => ({ controllerId }));
      return send('/graphql', { as: boss, json: { query, variables: { input: { targets } } } });
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text).data.createTargets.targets).toHaveLength(MOST);
  });

  it('refuses rows that are all wrong', async () => {
    const json = names(MOST).map((name) => ({ controllerId: ` ${name} `, name: 'x'.repeat(200) }));
    const answer = await expectNoStall(server, (send) => send('/rest/v1/targets', { as: boss, json }));
    expect(answer.status).toBe(400);
  });

  it('assigns to targets, names what is unknown, and deletes', async () => {
    const ids = names(MOST);
    const create = ids.map((controllerId) => ({ controllerId }));
    expect((await server.tenant.admin('/rest/v1/targets', { method: 'POST', json: create })).status).toBe(
      201,
    );
    const tag = await server.tenant.admin('/rest/v1/targettags', {
      method: 'POST',
      json: [{ name: ids[0] }],
    });
    const path = `/rest/v1/targettags/${tag.json[0].id}/assigned`;
    const assigned = await expectNoStall(server, (send) =>
      send(path, { as: boss, method: 'POST', json: ids }),
    );
    expect(assigned.status).toBe(204);
    const unknown = await expectNoStall(server, (send) =>
      send(path, { as: boss, method: 'POST', json: names(MOST) }),
    );
    expect(unknown.status).toBe(404);
  });
});

describe('one more', () => {
  const rows = names(MOST + 1);
  it.each([
    ['POST', '/rest/v1/targets', rows.map((controllerId) => ({ controllerId }))],
    ['POST', '/rest/v1/targettags', rows.map((name) => ({ name }))],
    ['POST', '/rest/v1/targettypes', rows.map((name) => ({ name, key: name }))],
    ['POST', '/rest/v1/distributionsets', rows.map((name) => ({ name, version: '1', type: 'os' }))],
    ['POST', '/rest/v1/distributionsettags', rows.map((name) => ({ name }))],
    ['POST', '/rest/v1/distributionsettypes', rows.map((name) => ({ name, key: name }))],
    ['POST', '/rest/v1/softwaremodules', rows.map((name) => ({ name, version: '1', type: 'os' }))],
    ['POST', '/rest/v1/softwaremoduletypes', rows.map((name) => ({ name, key: name, maxAssignments: 1 }))],
    ['POST', '/rest/v1/targets/attacker/metadata', rows.map((key) => ({ key, value: 'x' }))],
    ['POST', '/rest/v1/targettags/1/assigned', rows],
    ['DELETE', '/rest/v1/targettags/1/assigned', rows],
    ['POST', '/rest/v1/distributionsets/1/assignedTargets', rows.map((id) => ({ id }))],
    ['POST', '/rest/v1/distributionsets/1/assignedSM', rows.map((_, id) => ({ id }))],
    ['PUT', '/rest/v1/targetgroups/assigned?group=x', rows],
    ['DELETE', '/rest/v1/actions', rows.map((_, id) => id)],
  ])('is refused by %s %s', async (method, path, json) => {
    const answer = await expectNoStall(server, (send) => send(path, { as: boss, method, json }));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('10000')]);
  });

  it.each([
    ['createTargets', 'CreateTargetsInput', { targets: rows.map((controllerId) => ({ controllerId })) }],
    ['createTargetTags', 'CreateTargetTagsInput', { targetTags: rows.map((name) => ({ name })) }],
    ['deleteTargets', 'DeleteTargetsInput', { targets: { ids: rows } }],
    ['assignTargetTags', 'AssignTargetTagsInput', { tags: { names: ['x'] }, targets: { ids: rows } }],
    ['cancelActions', 'CancelActionsInput', { actions: { ids: rows.map((_, id) => String(id + 1)) } }],
  ])('is refused by %s', async (verb, type, input) => {
    const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { userErrors { code message } } }`;
    const answer = await expectNoStall(server, (send) =>
      send('/graphql', { as: boss, json: { query, variables: { input } } }),
    );
    expect(JSON.parse(answer.text).errors).toMatchObject([
      {
        message: expect.stringContaining('more than 10000 values'),
        extensions: { code: 'VARIABLES_LIMIT_EXCEEDED' },
      },
    ]);
  });
});
