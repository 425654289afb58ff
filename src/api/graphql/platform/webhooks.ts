import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { EVENT_FAMILIES, EVENT_TYPES } from '../../../services/platform/audit/event-types.ts';
import { createWebhook } from '../../../services/platform/webhooks/create.ts';
import { deleteWebhook } from '../../../services/platform/webhooks/delete.ts';
import type { WebhookOrderField } from '../../../services/platform/webhooks/fields.ts';
import type { Webhook as Entity } from '../../../services/platform/webhooks/find.ts';
import { findWebhooks } from '../../../services/platform/webhooks/find.ts';
import { listWebhooks } from '../../../services/platform/webhooks/list.ts';
import { updateWebhook } from '../../../services/platform/webhooks/update.ts';
import { AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { lookup } from '../server/lookups.ts';
import {
  answer,
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payloadOf,
} from '../server/mutations.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { Url } from '../server/scalars.ts';

/** A family is written like its kind, `TARGET` for `target.*`. */
const WebhookEventType = enumOf<string>(
  'WebhookEventType',
  'Which events a webhook sends: all of a kind, or those of one type.',
  Object.fromEntries([
    ...EVENT_FAMILIES.map((family) => [family, `All whose type begins with \`${family.slice(0, -1)}\`.`]),
    ...EVENT_TYPES.map((type) => [type, `Those of the type \`${type}\`.`]),
  ]),
);

const WebhookState = enumOf<'active' | 'inactive' | 'failing' | 'suspended'>(
  'WebhookState',
  'The state of a webhook.',
  {
    active: 'It is sent to.',
    inactive: 'Somebody switched it off: no event is queued.',
    failing: 'Its receiver accepted nothing at the last attempt; it is tried again.',
    suspended:
      'Its receiver accepted nothing for a day. Events wait for seven days, until an update with `active: true` resumes it.',
  },
);

@ObjectType({ simpleResolvers: true, description: 'Where events of the tenant are sent to.' })
export class Webhook extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => Url, { description: 'Where events are sent to, by POST.' })
  url!: string;

  @Field(() => [WebhookEventType], {
    nullable: true,
    description: 'The types of the events to send; null for all.',
  })
  eventTypes!: string[] | null;

  @Field(() => WebhookState, { description: 'Its state.' })
  state!: string;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when its receiver accepts nothing.' })
  failingSince!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was suspended.' })
  suspendedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed.' })
  lastError!: string | null;
}

const webhookView = ({ active, ...webhook }: Entity): Webhook => ({
  ...webhook,
  state: !active
    ? 'inactive'
    : webhook.suspendedAt
      ? 'suspended'
      : webhook.failingSince
        ? 'failing'
        : 'active',
});

@ArgsType()
class WebhooksArgs extends orderedArgs<WebhookOrderField>('Webhook', 'webhooks', {
  id: 'By the identifier, which is also the order of creation.',
  name: 'By the name.',
  createdAt: 'By the time of creation.',
  lastModifiedAt: 'By the time of the last change.',
}) {}

const { Connection: WebhookConnection } = connectionTypes('Webhook', 'webhooks', Webhook);
@InputType({ description: 'What `createWebhook` takes.' })
class CreateWebhookInput {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => Url, {
    description: 'An https URL. It must not lead to a loopback, link-local or private address.',
  })
  url!: string;

  @Field(() => [WebhookEventType], {
    nullable: true,
    description: 'The types of the events to send; all unless given.',
  })
  eventTypes?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is sent to; true unless given.' })
  active?: boolean | null;
}

@InputType({
  description:
    'What `updateWebhook` takes. A missing field stays as it is. Null clears `eventTypes`, and is refused for the others.',
})
class UpdateWebhookInput extends idInput('Webhook') {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;

  @Field(() => Url, { nullable: true, description: 'Its new URL.' })
  url?: string;

  @Field(() => [WebhookEventType], {
    nullable: true,
    description: 'The types of the events to send; null for all.',
  })
  eventTypes?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is sent to; true also resumes a suspended one.',
  })
  active?: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether it gets a new secret, which the payload shows.',
  })
  rotateSecret!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of a webhook answers.' })
abstract class WebhookPayload extends Payload {
  @Field(() => Webhook, { nullable: true, description: 'The webhook as it is now; null where refused.' })
  webhook!: Webhook | null;

  @Field(() => String, {
    nullable: true,
    description: 'A new secret, shown only here. It signs events as in Standard Webhooks.',
  })
  secret!: string | null;
}

lookup('Webhook', Webhook, { needs: 'READ_TENANT_CONFIGURATION', find: findWebhooks, view: webhookView });

@Resolver(() => Webhook)
export class WebhookResolver {
  @Query(() => WebhookConnection, {
    description: 'Lists webhooks. Needs READ_TENANT_CONFIGURATION.',
    complexity: listCost,
  })
  async webhooks(@Args(() => WebhooksArgs) args: WebhooksArgs, @Ctx() context: GraphqlContext) {
    return connection(await listWebhooks(context, args), webhookView);
  }

  @Mutation(payloadOf('createWebhook', WebhookPayload), {
    description:
      'Sends events of the tenant to a URL from now on, as CloudEvents. Needs CREATE_TENANT_CONFIGURATION and READ_AUDIT.',
  })
  createWebhook(
    @Arg('input', () => CreateWebhookInput, { description: 'What to create.' }) input: CreateWebhookInput,
    @Ctx() context: GraphqlContext,
  ): Promise<WebhookPayload> {
    return webhookPayload(createWebhook(context, input));
  }

  @Mutation(payloadOf('updateWebhook', WebhookPayload), {
    description: 'Changes a webhook, or resumes it. Needs UPDATE_TENANT_CONFIGURATION and READ_AUDIT.',
  })
  updateWebhook(
    @Arg('input', () => UpdateWebhookInput, { description: 'What to change.' }) input: UpdateWebhookInput,
    @Ctx() context: GraphqlContext,
  ): Promise<WebhookPayload> {
    return webhookPayload(updateWebhook(context, input));
  }

  @Mutation(payloadOf('deleteWebhook', DeletePayload), {
    description: 'Deletes a webhook and its pending events. Needs DELETE_TENANT_CONFIGURATION.',
  })
  deleteWebhook(
    @Arg('input', inputOf('deleteWebhook', idInput('Webhook')), { description: 'What to delete.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'Webhook', (id) => deleteWebhook(context, { id }));
  }
}

const webhookPayload = (work: Promise<{ webhook: Entity; secret: string | null }>) =>
  answer(
    { webhook: null, secret: null },
    work.then(({ webhook, secret }) => ({ webhook: webhookView(webhook), secret })),
  );
