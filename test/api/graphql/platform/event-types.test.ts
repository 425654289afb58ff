import { expect, it } from 'vitest';
import { EVENT_TYPES } from '../../../../src/services/platform/audit/event-types.ts';
import { codesOf, createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();
const TYPES = '{ __type(name: "EventType") { enumValues { name description } } }';

it('an event type has one name, which says what filters call it', async () => {
  const { data } = await door.as()(TYPES);
  const values: { name: string; description: string }[] = data.__type.enumValues;
  expect(values).toHaveLength(EVENT_TYPES.length);
  expect(new Set(values.map(({ name }) => name)).size).toBe(EVENT_TYPES.length);
  expect(values).toContainEqual({
    name: 'TARGET_TYPE_CREATED',
    description: expect.stringContaining('`target-type.created`'),
  });
});

it('a misspelt event type is refused, in a webhook and in a filter', async () => {
  const ask = door.as();
  const webhook = (types: string) =>
    ask(
      `mutation { createWebhook(input: { name: "w", url: "https://example.org", eventTypes: [${types}] }) { webhook { eventTypes } userErrors { message } } }`,
    );
  expect(codesOf(await webhook('TARGET_CRAETED'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  const { data } = await webhook('TARGET, ROLLOUT_STARTING');
  expect(data.createWebhook).toEqual({
    webhook: { eventTypes: ['TARGET', 'ROLLOUT_STARTING'] },
    userErrors: [],
  });

  await createTargets(ask, 1);
  const events = (filter: string) =>
    ask('query ($filter: String) { auditEvents(filter: $filter) { nodes { type channel } } }', { filter });
  for (const filter of [
    'type==target.created',
    'type==TARGET.*',
    'type==*.created and channel==graphql',
    'type!=webhook.*',
  ])
    expect((await events(filter)).data?.auditEvents.nodes, filter).toContainEqual({
      type: 'TARGET_CREATED',
      channel: 'GRAPHQL',
    });
  expect((await events('type==webhook.*')).data.auditEvents.nodes).toEqual([
    { type: 'WEBHOOK_CREATED', channel: 'GRAPHQL' },
  ]);
  expect((await events('type!=*.created')).data.auditEvents.nodes).toEqual([]);
  expect((await events('type=out=(target.created,webhook.created)')).data.auditEvents.nodes).toEqual([]);
  for (const [filter, position, suggestion] of [
    ['type==target.craeted', 6, 'target.created'],
    ['type==taregt.*', 6, expect.any(String)],
    ['channel==grahpql', 9, 'graphql'],
    ['actorKind==usr', 11, 'user'],
  ] as const)
    expect((await events(filter)).errors[0].extensions.userErrors, filter).toMatchObject([
      { code: 'FILTER_FIELD_UNKNOWN', path: ['filter'], position, suggestion },
    ]);
});
