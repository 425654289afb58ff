import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import type { WebhookDelivery as Delivery } from '../../../services/platform/webhooks/delivery.ts';
import type { DeliveryOrderField } from '../../../services/platform/webhooks/fields.ts';
import {
  findWebhookDeliveries,
  listWebhookDeliveries,
} from '../../../services/platform/webhooks/list-deliveries.ts';
import { redeliver } from '../../../services/platform/webhooks/redeliver.ts';
import { testWebhook } from '../../../services/platform/webhooks/test.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { lookup } from '../server/lookups.ts';
import { answer, type IdInput, idInput, inputOf, payload } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { NumberedNode } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { asPlaced, type Selection, selectionOf } from '../server/selections.ts';
import { EventType } from './audit-events.ts';

const DeliveryState = enumOf<Delivery['state']>('WebhookDeliveryState', 'The state of a delivery.', {
  pending: 'It will be sent, for the first time or again.',
  delivered: 'The receiver accepted it.',
  failed: 'It failed too often, and is not sent again.',
});

@ObjectType({ simpleResolvers: true, description: 'The sending of one event by a webhook.' })
class WebhookDelivery extends NumberedNode implements Delivery {
  @Field(() => DeliveryState, { description: 'Its state.' })
  state!: Delivery['state'];

  @Field(() => idOf('AuditEvent'), {
    description: 'The event, as in `auditEvents` and in the header `webhook-id`.',
  })
  eventId!: number;

  @Field(() => EventType, { description: 'What the event tells of.' })
  type!: Delivery['type'];

  @Field(() => [String], {
    nullable: true,
    description: 'What the event was about; null where a filter chose it.',
  })
  subjects!: string[] | null;

  @Field(() => GraphQLDateTime, { description: 'When the event happened, or was ordered to be sent again.' })
  createdAt!: Date;

  @Field(() => Int, { description: 'How often it was refused.' })
  attempts!: number;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Not before when it is tried again.' })
  retryAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was delivered or given up.' })
  finishedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'The HTTP status it was answered with last.' })
  lastStatus!: number | null;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed.' })
  lastError!: string | null;
}

const { Connection: WebhookDeliveryConnection } = connectionTypes(
  'WebhookDelivery',
  'deliveries',
  WebhookDelivery,
);

const WebhookDeliverySelection = selectionOf('WebhookDelivery', 'deliveries', 1_000);

@InputType({ description: 'What `resendWebhookDeliveries` takes.' })
class ResendWebhookDeliveriesInput {
  @Field(() => idOf('Webhook'), { description: 'Of which webhook.' })
  webhookId!: number;

  @Field(() => WebhookDeliverySelection, { description: 'Which deliveries, as `state==failed`.' })
  deliveries!: Selection;
}

/** Where the input has what the verb calls so. */
const DELIVERIES_AT = { deliveryIds: ['deliveries', 'ids'], filter: ['deliveries', 'filter'] };

/** Of those that are sent again. */
const MOST_TOLD = 1_000;

@ObjectType({ simpleResolvers: true, description: 'What `resendWebhookDeliveries` answers.' })
class ResendWebhookDeliveriesPayload extends Payload {
  @Field(() => Int, { description: 'How many are sent again; 0 where refused.' })
  affectedCount!: number;

  @Needs('READ_TENANT_CONFIGURATION', 'READ_AUDIT')
  @Field(() => [WebhookDelivery], {
    description: `These deliveries as they are now, of no more than ${MOST_TOLD}; none where refused.`,
  })
  webhookDeliveries!: () => Promise<Delivery[]>;
}

@ObjectType({ simpleResolvers: true, description: 'What `testWebhook` answers.' })
class TestWebhookPayload extends Payload {
  @Field(() => WebhookDelivery, {
    nullable: true,
    description:
      'The delivery, which is sent within seconds: `webhookDelivery` tells its end. Null where refused.',
  })
  webhookDelivery!: Delivery | null;
}

@ArgsType()
class WebhookDeliveriesArgs extends orderedArgs<DeliveryOrderField>(
  'WebhookDelivery',
  'deliveries',
  {
    id: 'By the identifier, which is also the order of creation.',
    state: 'By the state, alphabetically.',
    createdAt: 'By the time of the event.',
    attempts: 'By how often it was refused.',
  },
  'the newest first',
) {
  @Field(() => idOf('Webhook'), { description: 'Of which webhook.' })
  webhookId!: number;
}

lookup('WebhookDelivery', WebhookDelivery, {
  what: 'delivery of a webhook',
  needs: 'READ_TENANT_CONFIGURATION and READ_AUDIT',
  find: findWebhookDeliveries,
});

@Resolver(() => WebhookDelivery)
export class WebhookDeliveryResolver {
  @Query(() => WebhookDeliveryConnection, {
    description:
      'Lists what a webhook sent in seven days and what waits; filters may ask for `state`, `type`, `createdAt`, `finishedAt`, `attempts` and `lastStatus`. Needs READ_TENANT_CONFIGURATION and READ_AUDIT.',
    complexity: listCost,
  })
  async webhookDeliveries(
    @Args(() => WebhookDeliveriesArgs) { webhookId, ...args }: WebhookDeliveriesArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listWebhookDeliveries(context, webhookId, args), (delivery) => delivery);
  }

  @Mutation(() => ResendWebhookDeliveriesPayload, {
    description:
      'Sends deliveries of a webhook again. Needs UPDATE_TENANT_CONFIGURATION; with a filter also READ_TENANT_CONFIGURATION and READ_AUDIT.',
  })
  resendWebhookDeliveries(
    @Arg('input', () => ResendWebhookDeliveriesInput, { description: 'Which.' })
    input: ResendWebhookDeliveriesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ResendWebhookDeliveriesPayload> {
    const { webhookId, deliveries } = input;
    const work = redeliver(context, { webhookId, deliveryIds: deliveries.ids, filter: deliveries.filter });
    const read = (ids: readonly number[]) => async () =>
      (await findWebhookDeliveries(context, ids.slice(0, MOST_TOLD))).filter((found) => found !== undefined);
    const done = answer(
      { affectedCount: 0, webhookDeliveries: read([]) },
      work.then((ids) => ({ affectedCount: ids.length, webhookDeliveries: read(ids) })),
    );
    return asPlaced(done, DELIVERIES_AT);
  }

  @Mutation(() => TestWebhookPayload, {
    description:
      'Sends an event `webhook.tested` by one webhook, at once and whatever types it wants. While an earlier test waits, that one is answered. Refused where the webhook is inactive or suspended. Needs UPDATE_TENANT_CONFIGURATION and READ_AUDIT.',
  })
  testWebhook(
    @Arg('input', inputOf('testWebhook', idInput('Webhook')), { description: 'Which.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<TestWebhookPayload> {
    return payload('webhookDelivery', testWebhook(context, { id: input.id }));
  }
}
