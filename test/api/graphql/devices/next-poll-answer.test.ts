import { afterAll, expect, it } from 'vitest';
import { type Client, createServedTenant, graphql, startTestServer } from '../../../support/server.ts';

const server = await startTestServer();
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});

/** As the enum has it. */
const shown = (rel: string) => rel.replace(/[A-Z]/g, '_$&').toUpperCase();

const QUERY =
  'query ($id: String!) { targetByControllerId(controllerId: $id) { nextPollAnswer { sleep actionId action { id distributionSet { name } } links { rel href } } } }';

/** What the next poll is said to be answered with, which must be what it then is. */
async function compared(admin: Client, name: string, id = 'dev-1'): Promise<string[]> {
  const said = (await graphql(admin, QUERY, { id })).targetByControllerId.nextPollAnswer;
  expect((await graphql(admin, QUERY, { id })).targetByControllerId.nextPollAnswer).toEqual(said);
  const { securityToken } = (await admin(`/rest/v1/targets/${id}`)).json;
  const response = await fetch(`${server.url}/${name}/controller/v1/${id}`, {
    headers: { authorization: `TargetToken ${securityToken}`, accept: 'application/json' },
  });
  const answer = (await response.json()) as {
    config: { polling: { sleep: string } };
    _links?: Record<string, { href: string }>;
  };
  expect(said.sleep).toBe(answer.config.polling.sleep);
  const links = Object.entries(answer._links ?? {}).map(([rel, { href }]) => ({ rel: shown(rel), href }));
  expect(said.links).toEqual(links);
  const rels = links.map(({ rel }) => rel);
  const doing = ['DEPLOYMENT_BASE', 'CANCEL_ACTION', 'CONFIRMATION_BASE'].some((rel) => rels.includes(rel));
  expect(said.actionId).toEqual(doing ? expect.stringMatching(/^Action:\d+$/) : null);
  expect(said.action).toEqual(doing ? { id: said.actionId, distributionSet: { name: 's' } } : null);
  return rels;
}

it('says what the next poll is then answered with, in each state', async () => {
  const { name, admin } = await createServedTenant(server);
  const configure = (key: string, value: unknown) =>
    admin(`/rest/v1/system/configs/${key}`, { method: 'PUT', json: { value } });
  const post = (path: string, json: unknown) => admin(path, { method: 'POST', json });
  await configure('pollingTime', '00:10:00(10%)');
  await graphql(
    admin,
    'mutation { createTargets(input: { targets: [{ controllerId: "dev-1" }, { controllerId: "dev-2" }, { controllerId: "dev-3" }] }) { userErrors { message } } }',
  );
  const [module] = (await post('/rest/v1/softwaremodules', [{ type: 'os', name: 'm', version: '1' }])).json;
  const [set] = (
    await post('/rest/v1/distributionsets', [
      { type: 'os', name: 's', version: '1', modules: [{ id: module.id }] },
    ])
  ).json;
  const assign = (more: object = {}, id = 'dev-1') =>
    post(`/rest/v1/targets/${id}/assignedDS`, { id: set.id, type: 'forced', ...more });
  expect(await compared(admin, name)).toEqual(['CONFIG_DATA']);
  await assign();
  expect(await compared(admin, name)).toEqual(['DEPLOYMENT_BASE', 'CONFIG_DATA']);
  const { content } = (await admin('/rest/v1/targets/dev-1/actions')).json;
  await admin(`/rest/v1/targets/dev-1/actions/${content[0].id}`, { method: 'DELETE' });
  expect(await compared(admin, name)).toEqual(['CANCEL_ACTION', 'CONFIG_DATA']);
  // A window that opens later makes the device poll more often.
  const maintenanceWindow = { schedule: '0 0 3 1 1 ? 2099', duration: '01:00:00', timezone: '+00:00' };
  await assign({ maintenanceWindow }, 'dev-2');
  expect(await compared(admin, name, 'dev-2')).toContain('DEPLOYMENT_BASE');
  await configure('user.confirmation.flow.enabled', true);
  await assign({ confirmationRequired: true }, 'dev-3');
  expect(await compared(admin, name, 'dev-3')).toEqual(['CONFIRMATION_BASE', 'CONFIG_DATA']);
  await configure('pollingTime', '00:10:00, id=="dev-1" -> 00:01:00');
  await compared(admin, name);
});

it('is told of each target of a list', async () => {
  const { admin } = await createServedTenant(server);
  await graphql(
    admin,
    'mutation { createTargets(input: { targets: [{ controllerId: "x" }] }) { userErrors { message } } }',
  );
  const { targets } = await graphql(
    admin,
    '{ targets { nodes { nextPollAnswer { sleep links { rel } } } } }',
  );
  expect(targets.nodes).toEqual([{ nextPollAnswer: { sleep: '00:05:00', links: [{ rel: 'CONFIG_DATA' }] } }]);
});
