import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Args, ArgsType, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { AuditEvent as Entity } from '../../../services/platform/audit/audit-event.ts';
import {
  EVENT_TYPES,
  type EventType as EventTypeName,
} from '../../../services/platform/audit/event-types.ts';
import type { AuditOrderField } from '../../../services/platform/audit/fields.ts';
import { findAuditEvents, listAuditEvents } from '../../../services/platform/audit/list.ts';
import type { FieldChanges } from '../../../services/platform/audit/record.ts';
import type { Channel as ChannelName, ActorKind as Kind } from '../../../services/shared/context.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { lookup } from '../server/lookups.ts';
import { NumberedNode } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

export const ActorKind = enumOf<Kind>('ActorKind', 'What kind of caller it was.', {
  USER: 'An account.',
  API_KEY: 'An API key that acts for an account.',
  TOKEN: 'Who a token of the OpenID Connect issuer names.',
  DEVICE: 'A device.',
  SYSTEM: 'The server itself, or the operator.',
});

export const Channel = enumOf<ChannelName>('Channel', 'By which way a call came.', {
  GRAPHQL: 'The GraphQL API.',
  MANAGEMENT_API: "hawkBit's Management API.",
  DEVICE_API: "hawkBit's device API.",
  FILES: 'Imports and exports.',
  SERVER: 'None: the server does it of itself.',
});

const told = (type: string) => `\`${type}\` in filters, and \`muster.${type}\` as webhooks send it.`;

export const EventType = enumOf<EventTypeName>(
  'EventType',
  'What was done, or refused.',
  Object.fromEntries(EVENT_TYPES.map((type) => [type, told(type)])) as Record<EventTypeName, string>,
);

@ObjectType({ simpleResolvers: true, description: 'What was done in the tenant, or refused.' })
export class AuditEvent extends NumberedNode implements Entity {
  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => String, { description: "Who it was: an account's name, a controllerId, or `system`." })
  actor!: string;

  @Field(() => ActorKind, { description: 'What kind of caller that is.' })
  actorKind!: Kind;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the API key that acted for the account.',
  })
  apiKey!: string | null;

  @Field(() => Channel, { description: 'The channel of the call.' })
  channel!: ChannelName;

  @Field(() => String, { nullable: true, description: "The client's address, where there is one." })
  address!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The id of the request, as its answer and the server's log have it; null for a poll, and for what the server did itself.",
  })
  requestId!: string | null;

  @Field(() => EventType, { description: 'What was done.' })
  type!: EventTypeName;

  @Field(() => [String], {
    nullable: true,
    description:
      'The names of what was changed: controllerIds, user names, keys; null if a filter chose them.',
  })
  subjects!: string[] | null;

  @Field(() => String, { nullable: true, description: 'The filter that chose what was changed.' })
  filter!: string | null;

  @Field(() => Int, { description: 'How many were changed; for a refusal, how often it happened.' })
  count!: number;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'By field: its `old` and its `new` value. Secrets are never among them.',
  })
  changes!: FieldChanges | null;
}

@ArgsType()
class AuditEventsArgs extends orderedArgs<AuditOrderField>(
  'AuditEvent',
  'audit events',
  { id: 'By the identifier, which is also the order of time.', at: 'By the time.' },
  'the newest first',
) {
  @Field(() => String, {
    nullable: true,
    description: 'Only events with this name among their subjects, for example a controllerId.',
  })
  subject?: string | null;
}

const { Connection: AuditEventConnection } = connectionTypes('AuditEvent', 'audit events', AuditEvent);

lookup('AuditEvent', AuditEvent, { needs: 'READ_AUDIT', find: findAuditEvents });

@Resolver(() => AuditEvent)
export class AuditEventResolver {
  @Query(() => AuditEventConnection, {
    description:
      'Lists what was done in the tenant. Filters may ask for `at`, `actor`, `actorKind`, `apiKey`, `channel`, `address`, `requestId`, `type`, `subject` and `target`: the last is the controllerId of a target that was named, or chosen by a filter. Needs READ_AUDIT.',
    complexity: listCost,
  })
  async auditEvents(@Args(() => AuditEventsArgs) args: AuditEventsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listAuditEvents(context, args), (event) => event);
  }
}
