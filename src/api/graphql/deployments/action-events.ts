import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type {
  ActionEvent as Event,
  ActionEventType as EventType,
} from '../../../services/platform/live/action-events.ts';
import { watchActions } from '../../../services/platform/live/watch-actions.ts';
import type { SubscriptionContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { idOf } from '../server/ids.ts';
import { Action } from './actions.ts';

const ActionEventType = enumOf<EventType>('ActionEventType', 'What happened to an action.', {
  resync:
    'From now on nothing is missed, but before it may have been: read again what you show. It names no action. It comes first, and again after changes of more targets than are named and after a lost connection to the database; at most once a second.',
  created: 'It is new.',
  updated: 'It was changed, or its device reported something.',
});

@ObjectType({
  simpleResolvers: true,
  description:
    'What happened to an action, as it was found after the change: several changes within milliseconds may be one event.',
})
class ActionEvent {
  @Field(() => ActionEventType, { description: 'What happened.' })
  type!: EventType;

  @Field(() => idOf('Action'), { nullable: true, description: 'The id of the action; null for RESYNC only.' })
  actionId!: number | null;

  @Field(() => Action, {
    nullable: true,
    description: 'The action after the change; null where it is gone. It is read only where it is asked for.',
  })
  action!: Action | null;
}

@Resolver(() => ActionEvent)
export class ActionEventResolver {
  @Subscription(() => ActionEvent, {
    description:
      'Tells what happens to the actions that match the filter, in their state after each change, whichever process changed them; so filter by what stays, as `distributionSet.id` or `target.controllerId`, to hear of the end. Deletions are not told. Needs READ_TARGET, and tells of what that reaches only: after a change of it, it begins anew with RESYNC. It ends with FORBIDDEN when the account loses the permission, and with SUBSCRIBER_TOO_SLOW when more than 1,000 events wait to be read.',
    subscribe: ({ args, context }: { args: { filter?: string | null }; context: SubscriptionContext }) =>
      watchActions(context, args),
  })
  actionEvents(
    @Root() event: Event,
    @Arg('filter', () => String, { nullable: true, description: 'RSQL; without it all actions.' })
    _filter: string | null | undefined,
  ): Event {
    return event;
  }

  @FieldResolver(() => Action, { nullable: true })
  action(@Root() event: Event, @Ctx() context: SubscriptionContext): Promise<Action | null> {
    return event.action(context);
  }
}
