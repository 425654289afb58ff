import { expect, it } from 'vitest';
import { type Any, type Ask, createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();

async function createWebhook(ask: Ask): Promise<string> {
  const { data } = await ask(`mutation {
    createWebhook(input: { name: "w", url: "http://127.0.0.1:9/", eventTypes: [TARGET] }) {
      webhook { id state } secret userErrors { message }
    }
  }`);
  expect(data.createWebhook).toMatchObject({
    webhook: { state: 'ACTIVE' },
    secret: expect.stringMatching(/^whsec_/),
    userErrors: [],
  });
  return data.createWebhook.webhook.id;
}

it('creates, changes, lists and deletes webhooks', async () => {
  const ask = door.as();
  const id = await createWebhook(ask);
  const change = await ask(
    `mutation ($id: ID!) {
      updateWebhook(input: { id: $id, name: "v", eventTypes: null, active: false }) {
        webhook { name url eventTypes state } secret userErrors { message }
      }
    }`,
    { id },
  );
  expect(change.data.updateWebhook).toEqual({
    webhook: { name: 'v', url: 'http://127.0.0.1:9/', eventTypes: null, state: 'INACTIVE' },
    secret: null,
    userErrors: [],
  });
  const list = () => ask('{ webhooks(filter: "name==v") { totalCount nodes { id name } } }');
  expect((await list()).data.webhooks).toEqual({ totalCount: 1, nodes: [{ id, name: 'v' }] });
  const deletion =
    'mutation ($id: ID!) { deleteWebhook(input: { id: $id }) { deletedIds userErrors { code path } } }';
  expect((await ask(deletion, { id })).data.deleteWebhook).toEqual({ deletedIds: [id], userErrors: [] });
  expect((await ask(deletion, { id })).data.deleteWebhook).toEqual({
    deletedIds: [],
    userErrors: [{ code: 'WEBHOOK_NOT_FOUND', path: ['id'] }],
  });
  expect((await list()).data.webhooks.totalCount).toBe(0);
});

it('tests a webhook, and tells of the delivery', async () => {
  const ask = door.as();
  const id = await createWebhook(ask);
  const test =
    'mutation ($id: ID!) { testWebhook(input: { id: $id }) { webhookDelivery { id type state subjects } userErrors { code path } } }';
  expect((await ask(test, { id })).data.testWebhook).toEqual({
    webhookDelivery: {
      id: expect.stringMatching(/^WebhookDelivery:/),
      type: 'WEBHOOK_TESTED',
      state: 'PENDING',
      subjects: ['w'],
    },
    userErrors: [],
  });
  expect((await ask(test, { id: 'Webhook:0' })).data.testWebhook).toEqual({
    webhookDelivery: null,
    userErrors: [{ code: 'WEBHOOK_NOT_FOUND', path: ['id'] }],
  });
});

it('lists deliveries and sends them again, and says which there is not', async () => {
  const ask = door.as();
  const webhookId = await createWebhook(ask);
  await createTargets(ask, 1);
  const { data } = await ask(
    `query ($webhookId: ID!) {
      webhookDeliveries(webhookId: $webhookId, filter: "state==pending") {
        totalCount nodes { id type subjects state attempts }
      }
    }`,
    { webhookId },
  );
  expect(data.webhookDeliveries).toMatchObject({
    totalCount: 1,
    nodes: [{ type: 'TARGET_CREATED', subjects: ['d-001'], state: 'PENDING', attempts: 0 }],
  });
  const again = (input: object) =>
    ask(
      'mutation ($input: ResendWebhookDeliveriesInput!) { resendWebhookDeliveries(input: $input) { affectedCount userErrors { message path } } }',
      { input },
    );
  const [{ id }] = data.webhookDeliveries.nodes;
  expect((await again({ webhookId, deliveries: { ids: [id] } })).data.resendWebhookDeliveries).toEqual({
    affectedCount: 1,
    userErrors: [],
  });
  expect(
    (await again({ webhookId, deliveries: { ids: [id, 'none'] } })).data.resendWebhookDeliveries.userErrors,
  ).toEqual([
    {
      message: 'WebhookDelivery with given identifier {none} does not exist.',
      path: ['deliveries', 'ids', '1'],
    },
  ]);
  expect(
    (await again({ webhookId: 'other', deliveries: { filter: 'state==failed' } })).data
      .resendWebhookDeliveries.userErrors,
  ).toEqual([{ message: 'Webhook with given identifier {other} does not exist.', path: ['webhookId'] }]);
});

it('are listed in any order, as are their deliveries', async () => {
  const ask = door.as();
  const webhookId = await createWebhook(ask);
  await ask('mutation { createWebhook(input: { name: "another", url: "http://127.0.0.1:9/" }) { secret } }');
  for (const [direction, names] of [
    ['ASC', ['another', 'w']],
    ['DESC', ['w', 'another']],
  ] as const) {
    const { data } = await ask(
      `{ webhooks(orderBy: [{ field: NAME, direction: ${direction} }]) { nodes { name } } }`,
    );
    expect(data.webhooks.nodes.map(({ name }: Any) => name)).toEqual(names);
  }
  await createTargets(ask, 1);
  await ask('mutation { deleteTargets(input: { targets: { filter: "id==*" } }) { deletedCount } }');
  const { data } = await ask(
    `query ($webhookId: ID!) {
      old: webhookDeliveries(webhookId: $webhookId, orderBy: [{ field: ID, direction: ASC }]) { nodes { type } }
      new: webhookDeliveries(webhookId: $webhookId) { nodes { type } } }`,
    { webhookId },
  );
  const typesOf = ({ nodes }: Any) => nodes.map(({ type }: Any) => type);
  expect(typesOf(data.old)).toEqual(typesOf(data.new).toReversed());
  expect(typesOf(data.old).length).toBeGreaterThan(1);
});
