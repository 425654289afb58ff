import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';
import { deploy } from '../../support/software.ts';

/** The beginning of histories in a tenant that asks for confirmations: to the letter as a running hawkBit tells it. */
let server: TestServer;
let tenant: ServedTenant;
let setId: number;
const ask = async (method: string, path: string, json?: unknown) =>
  (await tenant.admin(`/rest/v1${path}`, { method, json })).json;
const BEGUN = expect.stringMatching(/^Assignment initiated by user '.*boss'$/);
const WAITS = 'Waiting for the confirmation by the device before processing with the deployment';
const autoConfirmed = (initiator: string, remark: string) =>
  expect.stringMatching(
    new RegExp(
      `^Assignment automatically confirmed by initiator '${initiator}'\\. \n\nAuto confirmation activated by system user: '.*boss' \n\nRemark: ${remark}$`,
    ),
  );

/** The status of the newest action of a target, and its history. */
async function historyOf(controllerId: string) {
  const { content } = await ask('GET', `/targets/${controllerId}/actions?limit=1`);
  const path = `/targets/${controllerId}/actions/${content[0].id}`;
  const entries = (await ask('GET', `${path}/status?sort=id:ASC`)).content;
  return {
    status: (await ask('GET', path)).status,
    entries: entries.map(({ type, messages }: { type: string; messages: string[] }) => [type, ...messages]),
  };
}

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createServedTenant(server);
  const names = ['first', 'asked', 'given', 'auto', 'plain', 'late'];
  await ask(
    'POST',
    '/targets',
    names.map((controllerId) => ({ controllerId })),
  );
  ({ setId } = await deploy(tenant, 'first', { filename: 'file', content: Buffer.from('content') }, {}));
  await ask('PUT', '/system/configs/user.confirmation.flow.enabled', { value: true });
});
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

describe('an assignment', () => {
  it('for a device that is asked begins with the wait', async () => {
    await ask('POST', '/targets/asked/assignedDS', { id: setId });
    expect(await historyOf('asked')).toEqual({
      status: 'wait_for_confirmation',
      entries: [['wait_for_confirmation', BEGUN, WAITS]],
    });
  });

  it('that is confirmed by who made it says so', async () => {
    await ask('POST', '/targets/given/assignedDS', { id: setId, confirmationRequired: false });
    expect(await historyOf('given')).toEqual({
      status: 'running',
      entries: [
        [
          'wait_for_confirmation',
          BEGUN,
          expect.stringMatching(/^Assignment confirmed by initiator \[.*boss\]\.$/),
        ],
      ],
    });
  });

  it('where auto-confirmation is active says who wanted that, each target for itself', async () => {
    await ask('POST', '/targets/auto/autoConfirm/activate', { initiator: 'me', remark: 'always' });
    await ask('POST', '/targets/plain/autoConfirm/activate', {});
    await ask('POST', `/distributionsets/${setId}/assignedTargets`, [{ id: 'auto' }, { id: 'plain' }]);
    for (const [name, initiator, remark] of [
      ['auto', 'me', 'always'],
      ['plain', 'n/a', 'n/a'],
    ] as const)
      expect(await historyOf(name)).toEqual({
        status: 'running',
        entries: [['wait_for_confirmation', BEGUN, autoConfirmed(initiator, remark)]],
      });
  });

  it('that waits is told why it goes on when auto-confirmation is activated', async () => {
    await ask('POST', '/targets/late/assignedDS', { id: setId });
    await ask('POST', '/targets/late/autoConfirm/activate', { initiator: 'i', remark: ' ' });
    expect(await historyOf('late')).toEqual({
      status: 'running',
      entries: [
        ['wait_for_confirmation', BEGUN, WAITS],
        ['running', autoConfirmed('i', 'n/a')],
      ],
    });
  });
});
