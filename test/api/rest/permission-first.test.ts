import { afterAll, describe, expect, it } from 'vitest';
import { basic, clientOf, createServedTenant, graphql, startTestServer } from '../../support/server.ts';

const server = await startTestServer();
afterAll(() => server.stop());
const tenant = await createServedTenant(server);
await graphql(
  tenant.admin,
  'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
  { input: { username: 'nobody', password: 'may-do-nothing-at-all' } },
);
const nobody = clientOf(server, basic(`${tenant.name}\\nobody`, 'may-do-nothing-at-all'));

/** All paths that take a body. */
const ROUTES = [
  'DELETE /actions',
  'POST /autoassignments',
  'PUT /autoassignments/1',
  'POST /distributionsets',
  'PUT /distributionsets/1',
  'POST /distributionsets/1/assignedSM',
  'POST /distributionsets/1/assignedTargets',
  'POST /distributionsets/1/invalidate',
  'POST /distributionsets/1/metadata',
  'PUT /distributionsets/1/metadata/k',
  'POST /distributionsettags',
  'PUT /distributionsettags/1',
  'POST /distributionsettags/1/assigned',
  'DELETE /distributionsettags/1/assigned',
  'POST /distributionsettypes',
  'PUT /distributionsettypes/1',
  'POST /distributionsettypes/1/mandatorymoduletypes',
  'POST /distributionsettypes/1/optionalmoduletypes',
  'POST /rollouts',
  'PUT /rollouts/1',
  'POST /softwaremodules',
  'PUT /softwaremodules/1',
  'POST /softwaremodules/1/metadata',
  'PUT /softwaremodules/1/metadata/k',
  'POST /softwaremoduletypes',
  'PUT /softwaremoduletypes/1',
  'PUT /system/configs',
  'PUT /system/configs/pollingTime',
  'POST /targetfilters',
  'PUT /targetfilters/1',
  'POST /targetfilters/1/autoAssignDS',
  'PUT /targetgroups/assigned',
  'DELETE /targetgroups/assigned',
  'PUT /targetgroups/g/assigned',
  'POST /targets',
  'PUT /targets/t',
  'DELETE /targets/t/actions',
  'PUT /targets/t/actions/1',
  'PUT /targets/t/actions/1/confirmation',
  'POST /targets/t/assignedDS',
  'POST /targets/t/autoConfirm/activate',
  'POST /targets/t/metadata',
  'PUT /targets/t/metadata/k',
  'POST /targets/t/targettype',
  'POST /targettags',
  'PUT /targettags/1',
  'POST /targettags/1/assigned',
  'DELETE /targettags/1/assigned',
  'POST /targettypes',
  'PUT /targettypes/1',
  'POST /targettypes/1/compatibledistributionsettypes',
];

describe('a body is read only of who has the permission', () => {
  it.each(ROUTES)('%s', async (route) => {
    const [method, path] = route.split(' ') as [string, string];
    const ask = { method, headers: { 'content-type': 'application/json' }, body: '{' };
    expect(await nobody(`/rest/v1${path}`, ask)).toMatchObject({
      status: 403,
      json: { errorCode: 'hawkbit.server.error.insufficientPermission' },
    });
    expect(await tenant.admin(`/rest/v1${path}`, ask)).toMatchObject({
      status: 400,
      json: { errorCode: 'hawkbit.server.error.rest.body.notReadable' },
    });
  });

  it('of a form, too', async () => {
    const body = new FormData();
    body.append('file', new Blob(['x']), 'x');
    const answer = await nobody('/rest/v1/softwaremodules/1/artifacts', { method: 'POST', body });
    expect(answer.status).toBe(403);
  });
});
