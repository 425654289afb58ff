import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type { AuditEvent as Entity } from '../../../services/platform/audit/audit-event.ts';
import type { AuditEventAdded as Added } from '../../../services/platform/live/audit-watchers.ts';
import { watchAuditEvents } from '../../../services/platform/live/watch-audit-events.ts';
import type { SubscriptionContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { AuditEvent } from './audit-events.ts';

const AuditEventAddedType = enumOf<Added['type']>(
  'AuditEventAddedType',
  'What happened to the audit trail.',
  {
    resync:
      'Read again what you show: events before this one may be missing, from now on none is. It comes first. It comes again when more events were added than can be named, and when the connection to the database was lost; at most once a second.',
    added: 'An event was added; or the job that it is of has ended, and the event is whole now.',
  },
);

@ObjectType({ simpleResolvers: true, description: 'That an event was added to the audit trail.' })
class AuditEventAdded {
  @Field(() => AuditEventAddedType, { description: 'What happened.' })
  type!: Added['type'];

  @Field(() => AuditEvent, {
    nullable: true,
    description: 'The event; null for RESYNC. It is read only if you select it.',
  })
  auditEvent!: AuditEvent | null;
}

@Resolver(() => AuditEventAdded)
export class AuditEventAddedResolver {
  @Subscription(() => AuditEventAdded, {
    description:
      'What is added to the audit trail and matches the filter, in every process of the server. Needs READ_AUDIT. It ends with FORBIDDEN when the account loses the permission, and with SUBSCRIBER_TOO_SLOW when more than 1,000 events wait to be read.',
    subscribe: ({ args, context }: { args: { filter?: string | null }; context: SubscriptionContext }) =>
      watchAuditEvents(context, args),
  })
  auditEventAdded(
    @Root() event: Added,
    @Arg('filter', () => String, {
      nullable: true,
      description:
        'RSQL, as `auditEvents` takes it, for example `type==sign-in.failed`; without it all events.',
    })
    _filter: string | null | undefined,
  ): Added {
    return event;
  }

  @FieldResolver(() => AuditEvent, { nullable: true })
  auditEvent(@Root() event: Added, @Ctx() context: SubscriptionContext): Promise<Entity | null> {
    return event.auditEvent(context);
  }
}
